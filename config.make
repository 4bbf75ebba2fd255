# nginx compiles C++ with its C flags. For this module's objects, those are left
# out that are for C only: the compiler warns of them, and nginx is configured
# with -Werror. And the standard is set where the compiler's default is older
# than C++17 (clang before 16).

logout_compile() {
    $CC "$@" -c $NGX_OBJS/autotest.cpp -o $NGX_OBJS/autotest.o 2>&1
}

logout_set_flags() {
    for logout_source in `find $ngx_addon_dir/src -name '*.cpp'`; do
        logout_folder=`dirname $logout_source`
        logout_object=`basename $logout_folder`/`basename $logout_source .cpp`
        echo "$NGX_OBJS/addon/$logout_object.o: CFLAGS $1" >> $NGX_MAKEFILE
    done
}

echo 'int main() { return 0; }' > $NGX_OBJS/autotest.cpp
logout_c_only=
for logout_flag in $CFLAGS; do
    case $logout_flag in
        -W*)
            # some need -Wformat
            if [ -n "$(logout_compile -Wformat $logout_flag)" ]; then
                logout_c_only="$logout_c_only $logout_flag"
            fi
            ;;
    esac
done
if [ -n "$logout_c_only" ]; then
    logout_set_flags ":= \$(filter-out$logout_c_only,\$(CFLAGS))"
fi

echo 'static_assert(__cplusplus >= 201703L, "");' > $NGX_OBJS/autotest.cpp
if ! logout_compile >/dev/null; then
    logout_set_flags '+= -std=gnu++17'
fi

rm -f $NGX_OBJS/autotest.cpp $NGX_OBJS/autotest.o
