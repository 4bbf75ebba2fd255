#include "redis/login.hpp"

#include "redis/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <new>

namespace logout::redis {

namespace {

constexpr std::size_t password_max_length = 4096;


FileStamp stamp_of(const struct stat& info)
{
    return {info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
            info.st_mtim.tv_nsec};
}


bool is_same(const FileStamp& one, const FileStamp& other)
{
    return one.device == other.device && one.inode == other.inode &&
           one.size == other.size && one.seconds == other.seconds &&
           one.nanoseconds == other.nanoseconds;
}


const char* path_of(const ngx_str_t& name)
{
    return reinterpret_cast<const char*>(name.data);
}


// At most one byte too many, to notice that.
void read_first_line(int fd, PasswordFile& file)
{
    struct stat info;

    if (fstat(fd, &info) == -1) {
        file.call = "fstat()";
        file.error = ngx_errno;
        return;
    }

    if (!S_ISREG(info.st_mode)) {
        file.subject = "the password file";
        file.problem = "is no regular file";
        return;
    }

    char text[password_max_length + 1];
    const ssize_t length = read(fd, text, sizeof(text));

    if (length == -1) {
        file.call = "read()";
        file.error = ngx_errno;
        return;
    }

    std::string_view line(text, static_cast<std::size_t>(length));

    line = line.substr(0, line.find_first_of("\r\n"));
    file.subject = "the first line of the password file";
    file.stamp = stamp_of(info);
    file.others_may_read = (info.st_mode & S_IROTH) != 0;

    if (line.empty()) {
        file.problem = "is empty";
    } else if (line.size() > password_max_length) {
        file.problem = "is too long";
    } else {
        file.password = line;
    }

    ngx_explicit_memzero(text, sizeof(text));
}


std::shared_ptr<const std::string> auth(std::string_view username,
                                        std::string_view password)
{
    const std::string_view words[] = {"AUTH", username, password};
    const std::string_view without_name[] = {"AUTH", password};
    const std::string_view* const arguments =
        username.empty() ? without_name : words;
    const std::size_t count = username.empty() ? 2 : 3;
    auto command =
        std::make_shared<std::string>(command_length(arguments, count), '\0');

    write_command(command->data(), arguments, count);

    return command;
}

}  // namespace


PasswordFile read_password_file(const ngx_str_t& name)
{
    PasswordFile file = {};
    // a pipe would block without O_NONBLOCK
    const int fd = open(path_of(name), O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd == -1) {
        file.call = "open()";
        file.error = ngx_errno;
        return file;
    }

    read_first_line(fd, file);
    (void) close(fd);

    return file;
}


Login::Login(const LoginConf& conf, const ngx_str_t& store, ngx_log_t* log)
    : conf_(conf), store_(store), log_(log), stamp_(conf.stamp),
      command_(auth(view(conf.username), view(conf.password)))
{
}


std::shared_ptr<const std::string> Login::command()
{
    if (conf_.file.len != 0 && (was_refused_ || has_changed())) {
        try {
            read_again();
        } catch (const std::bad_alloc&) {
            // the next connection tries it, too
        }
    }

    return command_;
}


bool Login::has_changed() const
{
    struct stat info;

    return stat(path_of(conf_.file), &info) == 0 &&
           !is_same(stamp_of(info), stamp_);
}


void Login::read_again()
{
    const PasswordFile file = read_password_file(conf_.file);

    // one that is being written may be empty for a moment
    if (file.password.empty()) {
        tell(file);
        return;
    }

    command_ = auth(view(conf_.username), file.password);
    stamp_ = file.stamp;
    was_refused_ = false;
    told_ = false;
}


void Login::tell(const PasswordFile& file)
{
    if (told_) {
        return;
    }

    told_ = true;
    ngx_log_error(NGX_LOG_WARN, log_, file.error,
                  "logout_redis \"%V\": the old password is used, %s \"%V\" %s",
                  &store_, file.call != nullptr ? file.call : file.subject,
                  &conf_.file, file.call != nullptr ? "failed" : file.problem);
}

}  // namespace logout::redis
