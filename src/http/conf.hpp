// The module's configuration, as nginx keeps it for each level.

#ifndef NGX_HTTP_LOGOUT_CONF_HPP
#define NGX_HTTP_LOGOUT_CONF_HPP

#include "http/conf/place.hpp"
#include "http/guard/guard.hpp"
#include "http/logout/deferred.hpp"
#include "http/logout/user_index.hpp"
#include "http/ngx.hpp"
#include "http/logout/provider.hpp"
#include "http/status/counting.hpp"

#include "core/base/arena.hpp"
#include "core/answer/event.hpp"
#include "core/plan/plan.hpp"
#include "core/answer/response.hpp"
#include "redis/client.hpp"

#include <optional>
#include <string>
#include <vector>

extern "C" ngx_module_t ngx_http_logout_module;


// Where the entries of a list stand, as long as it is not compiled.
class EntryPlaces {
public:
    // The entries from number `first` on, up to those of the next call, are in
    // the directive that is being read.
    void add(ngx_conf_t* cf, std::size_t first);

    // Says at "warn", with the places, what compile() found.
    void warn(ngx_conf_t* cf,
              const std::vector<logout::AllowlistProblem>& problems) const;

private:
    struct Directive {
        std::size_t first;
        std::size_t file;
        ngx_uint_t line;
    };

    std::vector<std::string> files_;
    std::vector<Directive> directives_;
};


// logout_return_url: the tenant-level list of one level.
struct ReturnUrlList {
    logout::Arena memory;
    logout::Allowlist urls;
    bool compiled = false;
    EntryPlaces places;
};


// logout_federated, or federated in logout_client.
struct FederatedUrl {
    std::optional<ngx_http_complex_value_t> value;
    std::string origin;  // canonical; what `value` gives must be of it

    // The provider is told the return URL, and compares the whole of it with
    // those that are registered there.
    bool return_url_compared = false;
};


// The logout_client blocks of one level. A client's `tag` is the index of its
// federated URL, plus one.
struct ClientList {
    logout::Arena memory;
    logout::ClientRegistry registry{&memory};
    std::vector<FederatedUrl> federated;
};


// One logout_session.
struct SessionRule {
    explicit SessionRule(ngx_conf_t* cf) : place(cf) {}

    ConfPlace place;
    logout::SessionSettings settings;
    logout::CookieAttributes cookie;
    std::optional<logout::SessionReader> reader;
    std::optional<ngx_http_complex_value_t> key;  // key=
    std::string store_name;                       // redis=; empty: the only one
    bool in_redis = true;                         // false: redis=off
    std::optional<IndexRule> index;               // all=
};


// One logout_token.
struct TokenRule {
    explicit TokenRule(ngx_conf_t* cf) : place(cf) {}

    ConfPlace place;
    std::optional<ngx_http_complex_value_t> key;
    std::string store_name;  // as in SessionRule
};


// One logout_clear_cookie.
struct ClearCookieRule {
    std::string name;  // without the "*" of NAME*
    bool by_prefix = false;
    logout::CookieAttributes attributes;
};


// logout_confirm.
struct Confirmation {
    bool on = false;
    std::string secret;  // secret_file=; empty: one is made
};


// One logout_event.
struct EventRule {
    explicit EventRule(ngx_conf_t* cf) : place(cf) {}

    struct Field {
        std::string name;
        ngx_http_complex_value_t value;
    };

    ConfPlace place;
    logout::EventTarget target;
    std::vector<Field> fields;
    ngx_int_t request_id = NGX_ERROR;  // index of the variable
    std::string store_name;            // as in SessionRule
};


// What a location with "logout" does: everything compiled, nothing left to
// look up.
struct LocationPolicy {
    struct Session {
        // Index in ngx_http_logout_main_conf_t::stores; nothing: Redis does not
        // have the session.
        std::optional<std::size_t> store;
        const ngx_http_complex_value_t* key;  // nullptr: the format's own keys
        const IndexRule* index = nullptr;     // all=
    };

    struct Event {
        std::size_t store;  // as in Session
        const EventRule* rule;
    };

    logout::LogoutPolicy policy;
    logout::CookieExpiry expiry;
    std::vector<Session> sessions;
    logout::http::RevocationZone* revocations = nullptr;  // logout_guard
    std::vector<Session> tokens;
    std::vector<Event> events;
    std::string allow;            // of an Allow header
    std::string clear_site_data;  // of a Clear-Site-Data header, or empty
    DeferredPolicy deferred;
    const ClientList* clients = nullptr;
    const FederatedUrl* federated = nullptr;
    const ngx_http_complex_value_t* https = nullptr;  // logout_https
    std::optional<logout::HmacKey> confirmation_key;
    std::optional<logout::ProviderPolicy> provider;
    const ProviderIndex* index = nullptr;  // logout_oidc_index
    std::size_t index_store = 0;           // as Session::store
    const CountedLocation* counted = nullptr;

    // How long Redis may take, all commands together, in milliseconds; whether
    // that has to be watched, the commands having deadlines of their own.
    ngx_msec_t timeout = 0;
    bool has_deadline = false;

    ngx_uint_t log_level = NGX_LOG_INFO;  // of refusals
};


struct ExplainRule;
struct Explaining;


struct ngx_http_logout_main_conf_t {
    ngx_array_t* stores;  // of logout::redis::StoreConf*, or nullptr

    // The clients of this worker, in the order of `stores`. Set when the
    // worker starts.
    logout::redis::Store** workers;

    Counting* counting;      // nullptr until there is something to count
    Explaining* explaining;  // nullptr until a location is to explain
    std::vector<DeferredZone*>* zones;           // logout_zone; nullptr: none
    logout::http::RevocationZones* revocations;  // nullptr: none
    bool has_guards;                             // some location is guarded

    // Of $logout_session_hash; made anew when the configuration is read.
    const logout::HmacKey* hash_key;

    // How long timeouts are; see http/conf/timer_resolution.hpp.
    ngx_array_t* timeouts;
};


inline ngx_http_logout_main_conf_t* ngx_http_logout_main_conf(ngx_conf_t* cf)
{
    return static_cast<ngx_http_logout_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_logout_module));
}


inline const ngx_http_logout_main_conf_t*
ngx_http_logout_main_conf(const ngx_http_request_t* r)
{
    return static_cast<const ngx_http_logout_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_logout_module));
}


struct ngx_http_logout_loc_conf_t {
    const logout::ProtocolTraits* protocol;  // "logout" in this location
    const ConfPlace* place;                  // of "logout"

    ReturnUrlList* return_urls;
    ClientList* clients;
    logout::TokenIssuers* issuers;
    std::vector<SessionRule>* sessions;
    Confirmation* confirmation;
    FrontchannelRule* frontchannel;
    ProviderIndex* oidc_index;
    Audiences* audiences;
    BearerSecrets* bearer_secrets;
    logout::SignalSet* signals;
    std::vector<TokenRule>* tokens;
    std::vector<EventRule>* events;
    std::vector<ClearCookieRule>* clear_cookies;
    std::string* clear_site_data;
    ngx_http_complex_value_t* https;  // logout_https
    FederatedUrl* federated;
    ngx_str_t status_zone;  // logout_status_zone
    ExplainRule* explain;   // "logout_explain" in this location
    RedisFailure* redis_failure;
    Again* again;
    logout::http::GuardRule* guard;
    logout::http::GuardRule* check;  // "logout_check" in this location
    const logout::http::GuardPolicy* guard_policy;

    ngx_uint_t bad_request;  // logout::BadRequestPolicy
    ngx_uint_t cross_site;   // logout::CrossSitePolicy
    ngx_uint_t methods;      // NGX_HTTP_GET, ...
    ngx_uint_t log_level;    // of refusals: NGX_LOG_INFO, ...
    ngx_flag_t navigation_only;
    ngx_flag_t match_query;
    std::size_t max_token_size;
    ngx_msec_t timeout;  // logout_timeout

    LocationPolicy* policy;  // only where `protocol` is set
};


inline const ngx_http_logout_loc_conf_t*
ngx_http_logout_loc_conf(const ngx_http_request_t* r)
{
    return static_cast<const ngx_http_logout_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_logout_module));
}


// Directive setters, by subject.
char* ngx_http_logout_return_url(ngx_conf_t* cf, ngx_command_t* cmd,
                                 void* conf);
char* ngx_http_logout_client_block(ngx_conf_t* cf, ngx_command_t* cmd,
                                   void* conf);
char* ngx_http_logout_session(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_token(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_event(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_clear_site_data(ngx_conf_t* cf, ngx_command_t* cmd,
                                      void* conf);
char* ngx_http_logout_https(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_clear_cookie(ngx_conf_t* cf, ngx_command_t* cmd,
                                   void* conf);
char* ngx_http_logout_federated(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_jwks(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

char* ngx_http_logout_confirm(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

// Prepares `location` to ask, if logout_confirm says so. `location` has its
// methods and sessions. Returns false after saying what is wrong.
bool ngx_http_logout_compile_confirmation(
    ngx_conf_t* cf, const ngx_http_logout_loc_conf_t* conf,
    LocationPolicy& location);

char* ngx_http_logout_frontchannel(ngx_conf_t* cf, ngx_command_t* cmd,
                                   void* conf);
char* ngx_http_logout_oidc_index(ngx_conf_t* cf, ngx_command_t* cmd,
                                 void* conf);

char* ngx_http_logout_audience(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_bearer(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
char* ngx_http_logout_signals(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

// Prepare `provider` for a server that sends security events, and for one that
// ends a user's sessions. Return what is wrong, or an empty string.
std::string
ngx_http_logout_compile_signals(const ngx_http_logout_loc_conf_t* conf,
                                logout::ProviderPolicy& provider);
std::string
ngx_http_logout_compile_revocation(const ngx_http_logout_loc_conf_t* conf,
                                   logout::ProviderPolicy& provider);

// Prepare `location` for the provider that calls it, and for looking up
// sessions in an index. Return what is wrong, or an empty string.
std::string
ngx_http_logout_compile_provider(const ngx_http_logout_loc_conf_t* conf,
                                 LocationPolicy& location);
std::string
ngx_http_logout_compile_oidc_index(const ngx_http_logout_loc_conf_t* conf,
                                   ngx_array_t* stores,
                                   LocationPolicy& location);

// The place in `stores` of the one that is called `name`, or of the only one if
// `name` is empty. Sets `problem` if there is none.
std::optional<std::size_t> ngx_http_logout_store_index(ngx_array_t* stores,
                                                       const std::string& name,
                                                       std::string& problem);

// The location at `place`, whose sessions, tokens, events and index are
// compiled, uses some of `stores`: lends them its resolver, and takes over how
// long they may take where its own timeout is NGX_CONF_UNSET_MSEC.
void ngx_http_logout_use_stores(ngx_conf_t* cf, const ConfPlace& place,
                                ngx_array_t* stores, LocationPolicy& location);

// Once all locations are compiled: lends the resolver of the http level to
// those of `stores` that have none. Returns false after saying which server's
// name nobody can resolve.
bool ngx_http_logout_check_names(ngx_conf_t* cf, ngx_array_t* stores);

// Says at "warn" where one provider of `location` can name another's sessions.
void ngx_http_logout_warn_of_issuers(ngx_conf_t* cf,
                                     const ngx_http_logout_loc_conf_t& conf,
                                     const LocationPolicy& location);

// Adds what the arguments of logout_jwks, or of jwks in logout_client, say.
// Returns false after saying what is wrong with them.
bool ngx_http_logout_add_issuer(ngx_conf_t* cf, logout::TokenIssuers& issuers);

// Reads a federated URL from a directive's argument. Returns false after
// saying what is wrong with it.
bool ngx_http_logout_read_federated(ngx_conf_t* cf, ngx_str_t* text,
                                    FederatedUrl& federated);

// Says what an allowlist finds wrong with an entry. Returns false if one of the
// problems is an error.
bool ngx_http_logout_report(ngx_conf_t* cf,
                            const std::vector<logout::AllowlistProblem>& list,
                            std::string_view entry);

// Compiles what a location does. Returns NGX_CONF_OK, or NGX_CONF_ERROR after
// saying why.
char* ngx_http_logout_compile_location(ngx_conf_t* cf,
                                       ngx_http_logout_loc_conf_t* conf);

// Refuses a logout_timeout of 0.
extern ngx_conf_post_t ngx_http_logout_timeout_check;

ngx_int_t ngx_http_logout_handler(ngx_http_request_t* r);
ngx_int_t ngx_http_logout_add_variables(ngx_conf_t* cf);

#endif
