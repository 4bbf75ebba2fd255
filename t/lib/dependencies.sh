#!/bin/bash
# Installs the Debian packages that a purpose needs and that are missing.
#
#   dependencies.sh PURPOSE...
#
# This is the one list of packages. Whoever needs another one adds it here. What
# a Debian does not have is in left-out.

set -euo pipefail
here=$(dirname "$0")

packages() {
    case $1 in
        build)    echo g++ libc6-dev make pkg-config nginx-dev libcjose-dev \
                       libhiredis-dev libjansson-dev libssl-dev libpsl-dev ;;
        test)     echo nginx redis-server redis-tools libcmocka-dev perl \
                       libtest-base-perl libtext-diff-perl \
                       liblist-moreutils-perl libtest-longstring-perl \
                       libwww-perl libipc-run-perl libcrypt-jwt-perl \
                       curl nghttp2-client openssl procps python3-redis ;;
        demo)     echo nginx redis-server redis-tools curl ;;
        asan)     echo dpkg-dev ca-certificates libpcre2-dev zlib1g-dev ;;
        source)   echo clang $(packages asan) ;;
        valgrind) echo valgrind libc6-dbg ;;
        lint)     echo clang clang-format clang-tidy ;;
        frameworks)
                  echo chromium php-cli php-redis php-symfony-http-foundation \
                       php-illuminate-cache php-illuminate-cookie \
                       php-illuminate-encryption php-illuminate-redis \
                       php-illuminate-session python3-django \
                       python3-django-redis python3-flask \
                       python3-flask-session python3-msgspec puma \
                       ruby-redis-actionpack golang-go \
                       golang-github-boj-redistore-dev \
                       libapache2-mod-auth-openidc nodejs \
                       $(command -v npm >/dev/null || echo npm) ;;
        urls)     echo chromium openssl nodejs \
                       $(command -v npm >/dev/null || echo npm) ;;
        fuzz)     echo clang libclang-rt-dev ;;
        chaos)    echo iproute2 util-linux ;;
        lists)    echo python3 util-linux ;;
        soak)     echo apache2-utils procps ;;
        coverage) echo gcovr ;;
        instructions) echo valgrind python3 redis-server nginx ;;
        bench)    echo wrk python3 python3-cryptography linux-perf util-linux \
                       openssl nodejs \
                       libnginx-mod-http-lua lua-nginx-redis apache2-bin \
                       libapache2-mod-auth-openidc \
                       $(command -v npm >/dev/null || echo npm) ;;
        browser)  echo chromium nodejs \
                       $(command -v npm >/dev/null || echo npm) ;;
        modules)  echo libnginx-mod-http-headers-more-filter \
                       libnginx-mod-http-js libnginx-mod-http-lua vim-nox ;;
        package)  echo binutils build-essential debhelper dpkg-dev lintian \
                       man-db ;;
        chroot)   echo debootstrap ca-certificates iproute2 util-linux nodejs \
                       $(command -v npm >/dev/null || echo npm) ;;
        matrix)   echo ccache ;;
        valkey)   echo valkey-server valkey-tools ;;
        metrics)  echo prometheus python3-prometheus-client ;;
        *)        fail "There is no list of packages for \"$1\" in $0." ;;
    esac
}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

wanted_packages() {
    local purpose
    for purpose; do
        packages "$purpose"
    done | xargs -n1 | sort -u \
        | comm -23 - <("$here/left-out" | sed -n 's/^package://p' | sort -u)
}

missing_packages() {
    wanted_packages "$@" | comm -23 - <(installed_packages "$@")
}

installed_packages() {
    wanted_packages "$@" \
        | xargs dpkg-query -W -f '${Package} ${Status}\n' 2>/dev/null \
        | sed -n 's/ install ok installed$//p' | sort -u
}

# Runs its arguments as root.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

check_that_root_is_reachable() {
    if [ "$(id -u)" = 0 ]; then
        return
    fi

    if ! command -v sudo >/dev/null; then
        fail "They need root: run this as root, or install sudo, or:" \
             "    su -c 'apt-get install -y $*'"
    fi

    if ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
        fail "They need root, and sudo cannot ask for a password here. Run:" \
             "    sudo apt-get install -y $*"
    fi
}

# nginx and redis-server would start as services on ports 80 and 6379, and
# their installation fail where these are taken. The tests start their own.
policy=/usr/sbin/policy-rc.d

without_starting_services() {
    if ! [ -e $policy ]; then
        trap 'as_root rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    "$@"
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends -o Dpkg::Use-Pty=0 "$@" </dev/null
}

install_packages() {
    # the lists may be absent or name versions that are gone
    if ! apt_install "$@" >"$log" 2>&1; then
        as_root apt-get update -qq </dev/null >>"$log" 2>&1 || true
        if ! apt_install "$@" >>"$log" 2>&1; then
            tail -n 20 "$log" >&2
            fail "apt-get could not install them."
        fi
    fi
}

if [ $# = 0 ]; then
    fail "usage: $0 PURPOSE..."
fi

for purpose; do
    packages "$purpose" >/dev/null
done

if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian. Needed, as Debian names it:" \
         $(wanted_packages "$@") >&2
    exit 0
fi

mapfile -t missing < <(missing_packages "$@")
if [ ${#missing[@]} = 0 ]; then
    exit 0
fi

echo "Installing Debian packages (for: $*): ${missing[*]}"
check_that_root_is_reachable "${missing[@]}"
log=$(mktemp)
without_starting_services install_packages "${missing[@]}"
rm -f "$log"
