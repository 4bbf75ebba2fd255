// Who nginx is to a server: AUTH, ready to be sent. A password from a file is
// read again when the file has changed, so that it can be rotated.

#ifndef LOGOUT_REDIS_LOGIN_HPP
#define LOGOUT_REDIS_LOGIN_HPP

#include "redis/conf.hpp"
#include "redis/ngx.hpp"

#include <memory>
#include <string>

namespace logout::redis {

// What became of reading a password file; `password` is its first line.
struct PasswordFile {
    std::string password;
    FileStamp stamp;
    bool others_may_read;

    // If there is no password, one of these: the call that failed, with its
    // error, or what is wrong with what.
    const char* call;
    ngx_err_t error;
    const char* subject;
    const char* problem;
};

// Reads at most a few kilobytes, of a regular file only: it does not block for
// longer than the disk does. `name` ends with a NUL that is not counted. Throws
// std::bad_alloc.
PasswordFile read_password_file(const ngx_str_t& name);

class Login {
public:
    // `conf`, `store` (its name) and `log` outlive this. Throws std::bad_alloc.
    Login(const LoginConf& conf, const ngx_str_t& store, ngx_log_t* log);

    bool is_needed() const { return conf_.password.len != 0; }

    // AUTH for a new connection, with what the file holds by now. While the
    // file cannot be read the last password that could be stays the one.
    std::shared_ptr<const std::string> command();

    // The server did not accept it: the next one is read, however old the file
    // looks.
    void refused() { was_refused_ = true; }

private:
    bool has_changed() const;
    void read_again();
    void tell(const PasswordFile& file);

    const LoginConf& conf_;
    const ngx_str_t& store_;
    ngx_log_t* log_;
    FileStamp stamp_;
    bool was_refused_ = false;
    bool told_ = false;
    std::shared_ptr<const std::string> command_;
};

}  // namespace logout::redis

#endif
