#include "core/session/compile.hpp"

#include "core/session/key_template.hpp"

#include <utility>

namespace logout {

namespace {

// Random ids are at least this long: a client that may name any key of the
// database is held to those that look like one.
constexpr std::size_t unprefixed_id_min = 16;


std::string quoted(std::string_view text)
{
    return "\"" + std::string(text) + "\"";
}


std::string unknown_format(const std::string& name)
{
    std::string_view reason = impossible_session(name);
    if (!reason.empty()) {
        return "sessions of " + quoted(name) +
               " cannot be ended in Redis: " + std::string(reason);
    }

    std::string problem = "there is no format " + quoted(name);
    std::string_view nearest = nearest_session_preset(name);
    if (!nearest.empty()) {
        problem += "; is " + quoted(nearest) + " meant?";
    }
    return problem;
}


bool ends_with(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() &&
           text.substr(text.size() - end.size()) == end;
}


// Laravel makes the cookie's name and the prefixes of Redis and cache of the
// application's name, with "_" until version 12.10 and "-" since.
std::optional<std::string> laravel_prefix(std::string_view cookie)
{
    for (const char* separator : {"_", "-"}) {
        std::string end = std::string(separator) + "session";
        if (ends_with(cookie, end)) {
            std::string name(cookie.substr(0, cookie.size() - end.size()));
            return name + separator + "database" + separator + name +
                   separator + "cache" + separator;
        }
    }
    return std::nullopt;
}


// Turns settings into a format; stops at the first problem.
class Compiler {
public:
    Compiler(const SessionSettings& settings, const SessionPreset& preset,
             std::vector<std::string>& warnings)
        : settings_(settings), preset_(preset), warnings_(warnings),
          format_(std::make_unique<SessionFormat>())
    {
    }

    // Empty if there is no problem.
    std::string run();

    std::unique_ptr<const SessionFormat> take() { return std::move(format_); }

private:
    std::string check_parameters() const;
    std::string check_parameter(std::string_view name, bool given,
                                bool possible) const;
    std::string check_secrets() const;
    std::string check_django() const;

    std::string set_cookie();
    std::string set_prefix();
    std::string set_hash();
    std::string set_algorithm();
    std::string set_laravel_keys();
    void set_reading();
    void set_signature_keys();
    void set_keys();
    void restrict_unprefixed();

    std::vector<KeyRule> key_rules(const std::string& cookie) const;
    std::vector<KeyRule> plain_rules() const;
    std::vector<KeyRule> hashed_rules() const;
    std::vector<KeyRule> rack_rules() const;
    std::vector<KeyRule> spring_rules() const;
    std::vector<KeyRule> yii2_rules() const;
    KeyRule lua_resty_rule(const std::string& cookie) const;

    bool is_spring() const { return preset_.reading == IdReading::base64; }
    bool has_keys() const { return preset_.keys != KeyForm::none; }
    bool has_secrets() const { return !settings_.secrets.empty(); }
    bool always_verifies() const;
    bool id_is_key() const;
    std::string format_name() const { return "format=" + settings_.format; }

    std::string means_nothing(std::string_view parameter) const
    {
        return quoted(parameter) + " means nothing with " +
               quoted(format_name());
    }

    const SessionSettings& settings_;
    const SessionPreset& preset_;
    std::vector<std::string>& warnings_;
    std::unique_ptr<SessionFormat> format_;

    std::string cookie_;
    std::string prefix_;
    std::string suffix_;
    bool hashed_ = false;
    DigestAlgorithm algorithm_ = DigestAlgorithm::sha256;
};


std::string Compiler::run()
{
    using Step = std::string (Compiler::*)();
    constexpr Step steps[] = {
        &Compiler::set_cookie,       &Compiler::set_prefix,
        &Compiler::set_hash,         &Compiler::set_algorithm,
        &Compiler::set_laravel_keys,
    };

    std::string problem = check_parameters();
    for (Step step : steps) {
        if (problem.empty()) {
            problem = (this->*step)();
        }
    }
    if (!problem.empty()) {
        return problem;
    }

    set_reading();
    set_signature_keys();
    set_keys();
    restrict_unprefixed();
    return {};
}


std::string Compiler::check_parameters() const
{
    bool lua = preset_.keys == KeyForm::lua_resty;
    bool hash = preset_.hash == KeyHash::off || preset_.hash == KeyHash::on;

    const std::string problems[] = {
        check_parameter("lead", settings_.lead.has_value(), preset_.takes_lead),
        check_parameter("namespace", settings_.name_space.has_value(),
                        is_spring()),
        check_parameter("route", settings_.route.has_value(), is_spring()),
        check_parameter("base64", settings_.base64.has_value(), is_spring()),
        check_parameter("remember", settings_.remember.has_value(), lua),
        check_parameter("hash", settings_.hash.has_value(), hash),
        check_parameter("algorithm", settings_.algorithm.has_value(),
                        preset_.takes_algorithm),
        check_parameter("suffix", settings_.suffix.has_value(),
                        !is_spring() && has_keys()),
        check_parameter("key", settings_.key.has_value(), has_keys()),
        check_secrets(),
        check_django(),
    };

    for (const std::string& problem : problems) {
        if (!problem.empty()) {
            return problem;
        }
    }
    return {};
}


std::string Compiler::check_parameter(std::string_view name, bool given,
                                      bool possible) const
{
    return given && !possible ? means_nothing(name) : std::string();
}


std::string Compiler::check_secrets() const
{
    if (!has_secrets()) {
        return {};
    }
    if (preset_.secrets == SecretUse::none) {
        return means_nothing("secret_file") +
               ", whose cookies are not signed in a way that nginx checks";
    }
    if (settings_.secrets.size() > session_secrets_max) {
        return "there are more than " + std::to_string(session_secrets_max) +
               " secrets";
    }
    return {};
}


std::string Compiler::check_django() const
{
    if (settings_.format == "django" && settings_.prefix &&
        settings_.prefix->find("cached_db") != std::string::npos) {
        return "sessions of " + quoted("cached_db") +
               " cannot be ended in Redis: " +
               std::string(impossible_session("cached_db"));
    }
    return {};
}


std::string Compiler::set_cookie()
{
    cookie_ = settings_.cookie.value_or(std::string(preset_.cookie));
    if (cookie_.empty()) {
        return quoted(format_name()) + " needs \"cookie=\"";
    }
    if (!is_cookie_name(cookie_)) {
        return quoted(cookie_) + " is not a cookie name";
    }
    return {};
}


std::string Compiler::set_prefix()
{
    suffix_ = settings_.suffix.value_or("");
    prefix_ = settings_.prefix.value_or(std::string(preset_.prefix));

    switch (preset_.prefix_default) {
    case PrefixDefault::none:
        return settings_.prefix
                   ? means_nothing("prefix") + ", use \"namespace=\""
                   : std::string();

    case PrefixDefault::no_key:
        return settings_.prefix ? means_nothing("prefix") : std::string();

    case PrefixDefault::fixed:
        return {};

    case PrefixDefault::codeigniter:
        if (!settings_.prefix) {
            prefix_ = "ci_session:" + cookie_ + ":";
        }
        return {};

    case PrefixDefault::laravel:
        if (!settings_.prefix && laravel_prefix(cookie_)) {
            prefix_ = *laravel_prefix(cookie_);
            return {};
        }
        break;

    case PrefixDefault::required:
        break;
    }

    return settings_.prefix || settings_.key
               ? std::string()
               : quoted(format_name()) + " needs \"prefix=\"";
}


std::string Compiler::set_hash()
{
    bool by_default =
        preset_.hash == KeyHash::on || preset_.hash == KeyHash::always;
    hashed_ = settings_.hash.value_or(by_default);

    if (preset_.hash != KeyHash::on) {
        return {};
    }
    if (hashed_ && !has_secrets()) {
        return quoted(format_name()) +
               " needs the OIDCCryptoPassphrase in \"secret_file=\", or "
               "\"hash=off\" where OIDCCacheEncrypt is Off";
    }
    if (!hashed_ && has_secrets()) {
        return means_nothing("secret_file") + " and \"hash=off\"";
    }
    return {};
}


std::string Compiler::set_algorithm()
{
    std::string name =
        settings_.algorithm.value_or(std::string(preset_.algorithm));
    std::optional<DigestAlgorithm> algorithm = digest_algorithm(name);

    if (!algorithm) {
        return "there is no algorithm " + quoted(name) +
               ", but \"sha1\", \"sha256\" and \"sha512\"";
    }
    if (settings_.algorithm && !has_secrets()) {
        return "\"algorithm\" means nothing without \"secret_file=\"";
    }
    algorithm_ = *algorithm;
    return {};
}


std::string Compiler::set_laravel_keys()
{
    if (preset_.secrets != SecretUse::encryption) {
        return {};
    }
    if (!has_secrets()) {
        return quoted(format_name()) +
               " needs the application's APP_KEY in \"secret_file=\"";
    }

    for (const std::string& secret : settings_.secrets) {
        std::optional<LaravelKey> key = LaravelKey::parse(secret, cookie_);
        if (!key) {
            return "a secret is not an APP_KEY: \"base64:\" and 16 or 32 "
                   "bytes in Base64, or the bytes themselves";
        }
        format_->laravel_keys.push_back(std::move(*key));
    }
    return {};
}


void Compiler::set_reading()
{
    format_->reading = preset_.reading;
    format_->percent_encoded = preset_.percent_encoded;
    format_->lead = settings_.lead.value_or(std::string(preset_.lead));
    format_->route = settings_.route.value_or("");
    format_->bare_id = !settings_.base64.value_or(true);
    format_->hashed_id = preset_.keys == KeyForm::lua_resty && hashed_;
    format_->alphabet = preset_.alphabet;
    format_->id_min = preset_.id_min;
    format_->php_names = preset_.php_names;

    if (preset_.reading == IdReading::oauth2_proxy) {
        format_->id_lead = cookie_ + "-";
    }
}


void Compiler::set_signature_keys()
{
    switch (preset_.secrets) {
    case SecretUse::none:
    case SecretUse::passphrase:
    case SecretUse::encryption:
        return;

    case SecretUse::keygrip:
        format_->companions.push_back(cookie_ + ".sig");
        format_->signature_cookie = has_secrets() ? cookie_ + ".sig" : "";
        break;

    case SecretUse::itsdangerous:
        format_->signature_keys = SignatureKeys(
            algorithm_, itsdangerous_keys(settings_.secrets, "flask-session"));
        return;

    case SecretUse::cookie_signature:
    case SecretUse::oauth2_proxy:
    case SecretUse::gorilla:
        break;
    }

    format_->signature_keys = SignatureKeys(algorithm_, settings_.secrets);
}


void Compiler::set_keys()
{
    format_->cookies.push_back({cookie_, key_rules(cookie_)});

    if (preset_.keys == KeyForm::lua_resty) {
        std::string remember = settings_.remember.value_or("remember");
        if (!remember.empty()) {
            format_->cookies.push_back({remember, key_rules(remember)});
            format_->companions.push_back(remember);
        }
    }
}


std::vector<KeyRule> Compiler::key_rules(const std::string& cookie) const
{
    if (settings_.key) {
        return {};
    }

    switch (preset_.keys) {
    case KeyForm::plain:
        return hashed_ ? hashed_rules() : plain_rules();
    case KeyForm::rack:
        return rack_rules();
    case KeyForm::spring:
    case KeyForm::spring_indexed:
        return spring_rules();
    case KeyForm::lua_resty:
        return {lua_resty_rule(cookie)};
    case KeyForm::none:
        return {};
    case KeyForm::yii2:
        break;
    }
    return yii2_rules();
}


std::vector<KeyRule> Compiler::plain_rules() const
{
    KeyRule rule;
    rule.before = prefix_;
    rule.after = suffix_;
    return {rule};
}


// With several passphrases the session has its key under one of them.
std::vector<KeyRule> Compiler::hashed_rules() const
{
    KeyRule rule = plain_rules().front();
    rule.body = KeyRule::Body::base64url_digest;
    if (!has_secrets()) {
        return {rule};
    }

    std::vector<KeyRule> rules;
    for (const std::string& passphrase : settings_.secrets) {
        rules.push_back(rule);
        rules.back().digest_start.add(passphrase).add(":");
    }
    return rules;
}


// Sessions from before Rack 2.0.8 have their public id in the key. The
// alphabet has no ":", so that a public id cannot spell a private one.
std::vector<KeyRule> Compiler::rack_rules() const
{
    KeyRule hashed;
    hashed.body = KeyRule::Body::hex_digest;
    hashed.before = prefix_ + "2::";
    hashed.after = suffix_;
    return {hashed, plain_rules().front()};
}


// The expiry key first: its deletion makes Spring tell the other nodes, which
// then read the session.
std::vector<KeyRule> Compiler::spring_rules() const
{
    KeyRule session;
    session.before =
        settings_.name_space.value_or("spring:session") + ":sessions:";
    if (preset_.keys == KeyForm::spring) {
        return {session};
    }

    KeyRule expiry;
    expiry.before = session.before + "expires:";
    return {expiry, session};
}


KeyRule Compiler::lua_resty_rule(const std::string& cookie) const
{
    KeyRule rule;
    rule.before = (prefix_.empty() ? "" : prefix_ + ":") + cookie + ":";
    rule.after = suffix_.empty() ? "" : ":" + suffix_;
    return rule;
}


// yii\caching\Cache::buildKey() of [class, id]; the alphabet of ids has
// nothing that JSON escapes.
std::vector<KeyRule> Compiler::yii2_rules() const
{
    KeyRule rule = plain_rules().front();
    rule.body = KeyRule::Body::hex_digest;
    rule.digest_start = Digest(DigestAlgorithm::md5);
    rule.digest_start.add(R"(["yii\\redis\\Session",")");
    rule.digest_end = R"("])";
    return {rule};
}


bool Compiler::always_verifies() const
{
    return has_secrets() && preset_.secrets != SecretUse::passphrase;
}


// Whether the cookie chooses the whole key.
bool Compiler::id_is_key() const
{
    if (settings_.key) {
        return is_bare_variable(*settings_.key, "logout_session_id");
    }

    return prefix_.empty() && ((preset_.keys == KeyForm::plain && !hashed_) ||
                               preset_.keys == KeyForm::rack);
}


void Compiler::restrict_unprefixed()
{
    bool restricted_already = !format_->id_lead.empty();

    if (restricted_already || always_verifies() || !id_is_key()) {
        return;
    }

    format_->id_min = unprefixed_id_min;
    if (preset_.alphabet == IdAlphabet::visible) {
        format_->alphabet = IdAlphabet::token;
    }

    std::string remedy = settings_.key ? "a text in \"key=\"" : "\"prefix=\"";
    if (preset_.secrets != SecretUse::none) {
        remedy = "\"secret_file=\", or " + remedy;
    }
    if (preset_.takes_lead && !settings_.key) {
        remedy += " (with \"lead=\" where the cookie's value begins with it)";
    }
    warnings_.push_back(
        "without a prefix the cookie of " + quoted(format_name()) +
        " can name any key of the database that looks like a session id; "
        "give " +
        remedy + ", and let nginx's Redis user delete nothing else");
}

}  // namespace


std::unique_ptr<const SessionFormat>
compile_session(const SessionSettings& settings, std::string& problem,
                std::vector<std::string>& warnings)
{
    const SessionPreset* preset = find_session_preset(settings.format);

    if (preset == nullptr) {
        problem = settings.format.empty()
                      ? "\"format=\" is missing: the framework whose sessions "
                        "are to be ended, or \"format=raw\""
                      : unknown_format(settings.format);
        return nullptr;
    }

    Compiler compiler(settings, *preset, warnings);
    problem = compiler.run();
    return problem.empty() ? compiler.take() : nullptr;
}

}  // namespace logout
