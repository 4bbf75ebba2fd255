# nginx compiles C++ with its C flags. Where the compiler's default is older
# than C++17 (clang before 16), the standard is set for this module's objects.

cat > $NGX_OBJS/autotest.cpp << END
static_assert(__cplusplus >= 201703L, "");
END

if ! $CC -c $NGX_OBJS/autotest.cpp -o $NGX_OBJS/autotest.o \
    >/dev/null 2>&1
then
    for logout_objects in core/logout_% redis/logout_% src/ngx_http_logout_%
    do
        echo "$NGX_OBJS/addon/$logout_objects.o: CFLAGS += -std=gnu++17" \
            >> $NGX_MAKEFILE
    done
fi

rm -f $NGX_OBJS/autotest.cpp $NGX_OBJS/autotest.o
