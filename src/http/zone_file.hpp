// A zone in a file: memory that all processes of nginx map, whose contents
// outlive all of them. Two masters have it at the same time while one replaces
// the other's binary; a file that grew is seen by those that mapped less of it.
//
// What is written is in the system's memory at once, and so survives the death
// of every process. It reaches the disk when the system writes it back (Linux:
// within about 30 seconds); a loss of power may take the time since, and leave
// some pages newer than others. Who uses a zone must be able to tell.

#ifndef NGX_HTTP_LOGOUT_ZONE_FILE_HPP
#define NGX_HTTP_LOGOUT_ZONE_FILE_HPP

#include "http/ngx.hpp"

#include <cstddef>
#include <cstdint>
#include <string>


class ZoneFile {
public:
    // What the file is, for whoever opens it: at most 31 bytes each. Another
    // kind is a foreign file; another layout is one of another version.
    struct Kind {
        std::string name;
        std::string layout;
    };

    ZoneFile() = default;
    ~ZoneFile();

    ZoneFile(const ZoneFile&) = delete;
    ZoneFile& operator=(const ZoneFile&) = delete;

    // Opens or creates the file, of mode 0600, and makes it of `size` bytes at
    // least, all of which the disk has room for. Zeros are what is new. To be
    // called before the processes that use it are forked. Returns what is
    // wrong, with `path`, or an empty string. With `only_look`, a file that is
    // there is looked at, and nothing is created, changed or mapped.
    std::string open(const std::string& path, std::size_t size,
                     const Kind& kind, bool only_look);

    // Waits until no other process holds the lock; the system unlocks when a
    // process dies. Afterwards data() and size() are of all the file. Returns
    // false, with errno set, if that cannot be.
    bool lock();
    void unlock();

    // Mapped, aligned to a page. Stay so until the next lock().
    void* data() const;
    std::size_t size() const;

private:
    struct Header;

    std::string prepare(std::size_t size, const Kind& kind, bool only_look);
    bool make_room(std::size_t size);
    bool map(std::size_t size);
    void unmap();

    int fd_ = -1;
    unsigned char* mapping_ = nullptr;
    std::size_t mapped_ = 0;
};

#endif
