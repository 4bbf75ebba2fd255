#include "http/zone_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>


namespace {

// Of its own, so that what follows is aligned to a page.
constexpr std::size_t header_size = 4096;

constexpr char magic_word[32] = "ngx_http_logout_module zone\n";


std::string describe(int error)
{
    return std::strerror(error);
}


void copy_word(char (&word)[32], const std::string& text)
{
    std::memset(word, 0, sizeof(word));
    text.copy(word, sizeof(word) - 1);
}


std::size_t whole_pages(std::size_t size)
{
    const auto page = static_cast<std::size_t>(ngx_pagesize);

    return (size + page - 1) / page * page;
}


bool set_lock(int fd, short type)
{
    struct flock lock = {};

    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0;
    lock.l_len = 1;

    int result = 0;
    do {
        result = fcntl(fd, F_SETLKW, &lock);
    } while (result == -1 && errno == EINTR);

    return result == 0;
}

}  // namespace


// Written in one piece when the file is created. `size` follows when there is
// room for it, together with what shows that it is whole.
struct ZoneFile::Header {
    char magic[32];
    char kind[32];
    char layout[32];
    std::uint64_t size;  // of the file
    std::uint64_t not_size;
};


ZoneFile::~ZoneFile()
{
    unmap();
    if (fd_ != -1) {
        close(fd_);
    }
}


std::string ZoneFile::open(const std::string& path, std::size_t size,
                           const Kind& kind, bool only_look)
{
    const int creates = only_look ? 0 : O_CREAT;

    fd_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK | creates, 0600);
    if (fd_ == -1) {
        return only_look && errno == ENOENT
                   ? std::string()
                   : "\"" + path + "\" cannot be opened: " + describe(errno);
    }

    if (!set_lock(fd_, F_WRLCK)) {
        return "\"" + path + "\" cannot be locked: " + describe(errno);
    }

    const std::string problem =
        prepare(header_size + whole_pages(size), kind, only_look);

    unlock();
    return problem.empty() ? problem : "\"" + path + "\" " + problem;
}


std::string ZoneFile::prepare(std::size_t size, const Kind& kind,
                              bool only_look)
{
    struct stat file;
    Header header = {};
    Header ours = {};

    std::memcpy(ours.magic, magic_word, sizeof(magic_word));
    copy_word(ours.kind, kind.name);
    copy_word(ours.layout, kind.layout);
    ours.not_size = ~ours.size;

    if (fstat(fd_, &file) == -1) {
        return "cannot be looked at: " + describe(errno);
    }

    if (!S_ISREG(file.st_mode)) {
        return "is not a regular file";
    }

    if (file.st_size == 0) {
        if (!only_look && pwrite(fd_, &ours, sizeof(ours), 0) !=
                              static_cast<ssize_t>(sizeof(ours))) {
            return "cannot be written: " + describe(errno);
        }
        header = ours;

    } else if (pread(fd_, &header, sizeof(header), 0) !=
                   static_cast<ssize_t>(sizeof(header)) ||
               std::memcmp(header.magic, ours.magic, sizeof(ours.magic)) != 0) {
        return "is not a file that this module made, and is left alone";
    }

    if (std::memcmp(header.kind, ours.kind, sizeof(ours.kind)) != 0) {
        return "is of another directive, and is left alone";
    }

    if (std::memcmp(header.layout, ours.layout, sizeof(ours.layout)) != 0) {
        return "was made by another version of this module, which has to empty"
               " it; or remove it, and what waits in it is lost";
    }

    if (header.size != ~header.not_size ||
        header.size > static_cast<std::uint64_t>(file.st_size)) {
        return "is damaged: it has not the size that it says; remove it, and"
               " what waits in it is lost";
    }

    if (only_look) {
        return {};
    }

    const std::size_t wanted =
        ngx_max(size, static_cast<std::size_t>(header.size));

    if (!make_room(wanted)) {
        return "has no room for " + std::to_string(wanted) +
               " bytes: " + describe(errno);
    }

    return map(wanted) ? std::string() : "cannot be mapped: " + describe(errno);
}


// Without it, the first use of a page would end the process where the disk is
// full.
bool ZoneFile::make_room(std::size_t size)
{
    const int error = posix_fallocate(fd_, 0, static_cast<off_t>(size));

    if (error != 0) {
        errno = error;
        return false;
    }

    const std::uint64_t sizes[] = {size, ~static_cast<std::uint64_t>(size)};

    return pwrite(fd_, sizes, sizeof(sizes), offsetof(Header, size)) ==
           static_cast<ssize_t>(sizeof(sizes));
}


bool ZoneFile::map(std::size_t size)
{
    void* const memory =
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);

    if (memory == MAP_FAILED) {
        return false;
    }

    unmap();
    mapping_ = static_cast<unsigned char*>(memory);
    mapped_ = size;
    return true;
}


void ZoneFile::unmap()
{
    if (mapping_ != nullptr) {
        munmap(mapping_, mapped_);
        mapping_ = nullptr;
    }
}


bool ZoneFile::lock()
{
    if (!set_lock(fd_, F_WRLCK)) {
        return false;
    }

    const std::size_t size = static_cast<std::size_t>(
        reinterpret_cast<const volatile Header*>(mapping_)->size);

    if (size <= mapped_ || map(size)) {
        return true;
    }

    const int error = errno;
    unlock();
    errno = error;
    return false;
}


void ZoneFile::unlock()
{
    (void) set_lock(fd_, F_UNLCK);
}


void* ZoneFile::data() const
{
    return mapping_ != nullptr ? mapping_ + header_size : nullptr;
}


std::size_t ZoneFile::size() const
{
    return mapping_ != nullptr ? mapped_ - header_size : 0;
}
