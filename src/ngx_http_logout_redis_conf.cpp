#include "ngx_http_logout_redis_conf.hpp"

#include <hiredis/hiredis.h>

#include <sys/stat.h>

#include <cstdlib>
#include <initializer_list>
#include <new>

using logout::redis::Endpoint;
using logout::redis::StoreConf;

namespace {

constexpr std::size_t password_max_length = 4096;
constexpr ngx_uint_t max_pending_limit = 1024 * 1024;

// What the parser of the block knows until its closing brace.
struct Block {
    StoreConf* store;
    ngx_uint_t seen;  // bits: parameters[] that were given
};

using Setter = char* (*) (ngx_conf_t* cf, StoreConf* store);

struct Parameter {
    std::string_view name;
    ngx_uint_t values_min;
    ngx_uint_t values_max;
    Setter set;
};

char* set_server(ngx_conf_t* cf, StoreConf* store);
char* set_database(ngx_conf_t* cf, StoreConf* store);
char* set_username(ngx_conf_t* cf, StoreConf* store);
char* set_password(ngx_conf_t* cf, StoreConf* store);
char* set_password_file(ngx_conf_t* cf, StoreConf* store);
char* set_connect_timeout(ngx_conf_t* cf, StoreConf* store);
char* set_timeout(ngx_conf_t* cf, StoreConf* store);
char* set_max_pending(ngx_conf_t* cf, StoreConf* store);

constexpr Parameter parameters[] = {
    {"server", 1, 1, set_server},
    {"database", 1, 1, set_database},
    {"username", 1, 1, set_username},
    {"password", 1, 1, set_password},
    {"password_file", 1, 1, set_password_file},
    {"connect_timeout", 1, 1, set_connect_timeout},
    {"timeout", 1, 1, set_timeout},
    {"max_pending", 1, 1, set_max_pending},
};

constexpr std::size_t parameter_count =
    sizeof(parameters) / sizeof(parameters[0]);


char* conf_error()
{
    return static_cast<char*>(NGX_CONF_ERROR);
}


ngx_str_t& value_of(ngx_conf_t* cf, ngx_uint_t index)
{
    return static_cast<ngx_str_t*>(cf->args->elts)[index];
}


char* invalid_value(ngx_conf_t* cf)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid value \"%V\" in \"%V\"",
                       &value_of(cf, 1), &value_of(cf, 0));

    return conf_error();
}


// Edits (insert, delete, replace) that turn one word into the other.
std::size_t edit_distance(std::string_view left, std::string_view right)
{
    constexpr std::size_t longest = 32;

    if (left.size() >= longest || right.size() >= longest) {
        return longest;
    }

    std::size_t row[longest];

    for (std::size_t j = 0; j <= right.size(); j++) {
        row[j] = j;
    }

    for (std::size_t i = 1; i <= left.size(); i++) {
        std::size_t diagonal = row[0];
        row[0] = i;

        for (std::size_t j = 1; j <= right.size(); j++) {
            std::size_t replaced =
                diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = ngx_min(replaced, ngx_min(row[j], row[j - 1]) + 1);
        }
    }

    return row[right.size()];
}


char* unknown_parameter(ngx_conf_t* cf, ngx_str_t* name)
{
    constexpr std::size_t close_enough = 3;

    std::size_t best = close_enough + 1;
    std::string_view nearest;

    for (const Parameter& parameter : parameters) {
        std::size_t distance = edit_distance(to_view(*name), parameter.name);

        if (distance < best && distance < parameter.name.size()) {
            best = distance;
            nearest = parameter.name;
        }
    }

    if (nearest.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in \"logout_redis\"",
                           name);

    } else {
        ngx_str_t suggestion = to_ngx_str(nearest);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in \"logout_redis\", "
                           "did you mean \"%V\"?",
                           name, &suggestion);
    }

    return conf_error();
}


// Handles one directive of the block.
char* set_parameter(ngx_conf_t* cf, ngx_command_t* /* cmd */, void* conf)
{
    Block* block = static_cast<Block*>(conf);
    ngx_str_t& name = value_of(cf, 0);

    if (to_view(name) == "include") {
        return ngx_conf_include(cf, nullptr, conf);
    }

    for (std::size_t i = 0; i < parameter_count; i++) {
        const Parameter& parameter = parameters[i];

        if (parameter.name != to_view(name)) {
            continue;
        }

        if (cf->args->nelts - 1 < parameter.values_min ||
            cf->args->nelts - 1 > parameter.values_max) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid number of arguments in \"%V\" "
                               "directive",
                               &name);
            return conf_error();
        }

        if (block->seen & (1u << i)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" directive is duplicate", &name);
            return conf_error();
        }

        block->seen |= 1u << i;

        return parameter.set(cf, block->store);
    }

    return unknown_parameter(cf, &name);
}


char* set_server(ngx_conf_t* cf, StoreConf* store)
{
    ngx_str_t& value = value_of(cf, 1);
    ngx_url_t url = {};

    url.url = value;
    url.default_port = logout::redis::default_port;

    if (ngx_parse_url(cf->pool, &url) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in \"%V\" of the \"server\" directive",
                           url.err != nullptr ? url.err : "no memory", &value);
        return conf_error();
    }

    if (url.uri.len != 0) {
        return invalid_value(cf);
    }

    Endpoint* endpoint =
        static_cast<Endpoint*>(ngx_array_push(&store->servers));

    if (endpoint == nullptr) {
        return conf_error();
    }

    *endpoint = {value, url.host, url.port, url.addrs, url.naddrs};

    return NGX_CONF_OK;
}


char* set_number(ngx_conf_t* cf, ngx_uint_t least, ngx_uint_t most,
                 ngx_uint_t& number)
{
    ngx_str_t& value = value_of(cf, 1);
    ngx_int_t n = ngx_atoi(value.data, value.len);

    if (n == NGX_ERROR || (ngx_uint_t) n < least || (ngx_uint_t) n > most) {
        return invalid_value(cf);
    }

    number = (ngx_uint_t) n;

    return NGX_CONF_OK;
}


char* set_time(ngx_conf_t* cf, ngx_msec_t& time)
{
    ngx_int_t n = ngx_parse_time(&value_of(cf, 1), 0);

    if (n == NGX_ERROR || n == 0) {
        return invalid_value(cf);
    }

    time = (ngx_msec_t) n;

    return NGX_CONF_OK;
}


char* set_text(ngx_conf_t* cf, ngx_str_t& text)
{
    if (value_of(cf, 1).len == 0) {
        return invalid_value(cf);
    }

    text = value_of(cf, 1);

    return NGX_CONF_OK;
}


char* set_database(ngx_conf_t* cf, StoreConf* store)
{
    return set_number(cf, 0, NGX_MAX_INT32_VALUE, store->database);
}


char* set_username(ngx_conf_t* cf, StoreConf* store)
{
    return set_text(cf, store->username);
}


char* set_password(ngx_conf_t* cf, StoreConf* store)
{
    if (store->password.len != 0) {
        return const_cast<char*>(
            "\"password\" and \"password_file\" exclude each other");
    }

    return set_text(cf, store->password);
}


char* set_connect_timeout(ngx_conf_t* cf, StoreConf* store)
{
    return set_time(cf, store->connect_timeout);
}


char* set_timeout(ngx_conf_t* cf, StoreConf* store)
{
    return set_time(cf, store->timeout);
}


char* set_max_pending(ngx_conf_t* cf, StoreConf* store)
{
    return set_number(cf, 1, max_pending_limit, store->max_pending);
}


char* file_error(ngx_conf_t* cf, const char* what, ngx_str_t* name)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "%s \"%V\" failed", what,
                       name);

    return conf_error();
}


// Reads the file's first line; at most one byte too many, to notice that.
char* read_password(ngx_conf_t* cf, ngx_str_t* name, ngx_fd_t fd,
                    ngx_str_t& password)
{
    ngx_file_info_t info;

    if (ngx_fd_info(fd, &info) == NGX_FILE_ERROR) {
        return file_error(cf, ngx_fd_info_n, name);
    }

    if (info.st_mode & S_IROTH) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "the password file \"%V\" is readable by others",
                           name);
    }

    u_char* buffer =
        static_cast<u_char*>(ngx_pnalloc(cf->pool, password_max_length + 1));

    if (buffer == nullptr) {
        return conf_error();
    }

    ssize_t n = ngx_read_fd(fd, buffer, password_max_length + 1);

    if (n == -1) {
        return file_error(cf, ngx_read_fd_n, name);
    }

    std::string_view line(reinterpret_cast<char*>(buffer),
                          static_cast<std::size_t>(n));
    line = line.substr(0, line.find_first_of("\r\n"));

    if (line.empty() || line.size() > password_max_length) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the first line of the password file \"%V\" is %s",
                           name, line.empty() ? "empty" : "too long");
        return conf_error();
    }

    password = to_ngx_str(line);

    return NGX_CONF_OK;
}


char* set_password_file(ngx_conf_t* cf, StoreConf* store)
{
    if (store->password.len != 0) {
        return const_cast<char*>(
            "\"password\" and \"password_file\" exclude each other");
    }

    ngx_str_t name = value_of(cf, 1);

    if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK) {
        return conf_error();
    }

    ngx_fd_t fd = ngx_open_file(name.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        return file_error(cf, ngx_open_file_n, &name);
    }

    char* result = read_password(cf, &name, fd, store->password);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", &name);
    }

    return result;
}


// Formats a command once and for all.
bool prepare(ngx_pool_t* pool, std::initializer_list<std::string_view> words,
             ngx_str_t& command)
{
    constexpr std::size_t most = 3;
    const char* arguments[most];
    std::size_t lengths[most];
    int count = 0;

    for (std::string_view word : words) {
        arguments[count] = word.data();
        lengths[count] = word.size();
        count++;
    }

    char* text = nullptr;
    int length = redisFormatCommandArgv(&text, count, arguments, lengths);

    if (length < 0) {
        return false;
    }

    command = copy_to_pool(pool, {text, static_cast<std::size_t>(length)});
    redisFreeCommand(text);

    return command.len != 0;
}


bool prepare_commands(ngx_conf_t* cf, StoreConf* store)
{
    std::string_view username = to_view(store->username);
    std::string_view password = to_view(store->password);

    if (!username.empty()) {
        if (!prepare(cf->pool, {"AUTH", username, password},
                     store->auth_command)) {
            return false;
        }

    } else if (!password.empty()) {
        if (!prepare(cf->pool, {"AUTH", password}, store->auth_command)) {
            return false;
        }
    }

    if (store->database == 0) {
        return true;
    }

    u_char digits[NGX_INT_T_LEN];
    u_char* end = ngx_sprintf(digits, "%ui", store->database);

    return prepare(cf->pool,
                   {"SELECT",
                    {reinterpret_cast<char*>(digits),
                     static_cast<std::size_t>(end - digits)}},
                   store->select_command);
}


// What can be judged only when the whole block was read.
char* complete(ngx_conf_t* cf, StoreConf* store)
{
    if (store->servers.nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no \"server\" in logout_redis \"%V\"",
                           &store->name);
        return conf_error();
    }

    if (store->username.len != 0 && store->password.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"username\" without \"password\" or "
                           "\"password_file\" in logout_redis \"%V\"",
                           &store->name);
        return conf_error();
    }

    if (!prepare_commands(cf, store)) {
        return conf_error();
    }

    return NGX_CONF_OK;
}


StoreConf* add_store(ngx_conf_t* cf, ngx_array_t*& stores, ngx_str_t name)
{
    if (stores == nullptr) {
        stores = ngx_array_create(cf->pool, 2, sizeof(StoreConf*));
        if (stores == nullptr) {
            return nullptr;
        }
    }

    StoreConf** place = static_cast<StoreConf**>(ngx_array_push(stores));
    void* memory = ngx_pcalloc(cf->pool, sizeof(StoreConf));

    if (place == nullptr || memory == nullptr) {
        return nullptr;
    }

    /*
     * set by ngx_pcalloc(): database, username, password, the commands
     */
    StoreConf* store = static_cast<StoreConf*>(memory);

    store->name = name;
    store->connect_timeout = logout::redis::default_connect_timeout;
    store->timeout = logout::redis::default_timeout;
    store->max_pending = logout::redis::default_max_pending;

    if (ngx_array_init(&store->servers, cf->pool, 1, sizeof(Endpoint)) !=
        NGX_OK) {
        return nullptr;
    }

    *place = store;

    return store;
}

}  // namespace


char* ngx_http_logout_redis_block(ngx_conf_t* cf, ngx_command_t* /* cmd */,
                                  void* conf)
{
    ngx_array_t*& stores = *ngx_http_logout_stores(conf);
    ngx_str_t name = value_of(cf, 1);

    if (name.len == 0) {
        return invalid_value(cf);
    }

    if (ngx_http_logout_find_store(stores, to_view(name)) != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate logout_redis \"%V\"", &name);
        return conf_error();
    }

    Block block = {add_store(cf, stores, name), 0};

    if (block.store == nullptr) {
        return conf_error();
    }

    ngx_conf_t outer = *cf;

    cf->handler = set_parameter;
    cf->handler_conf = reinterpret_cast<char*>(&block);

    char* result = ngx_conf_parse(cf, nullptr);

    *cf = outer;

    return result == NGX_CONF_OK ? complete(cf, block.store) : result;
}


StoreConf* ngx_http_logout_find_store(ngx_array_t* stores,
                                      std::string_view name)
{
    if (stores == nullptr) {
        return nullptr;
    }

    StoreConf** store = static_cast<StoreConf**>(stores->elts);

    for (ngx_uint_t i = 0; i < stores->nelts; i++) {
        if (to_view(store[i]->name) == name) {
            return store[i];
        }
    }

    return nullptr;
}
