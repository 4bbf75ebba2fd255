#include "core/token/jwks.hpp"

#include <algorithm>

namespace logout {

namespace {

std::string key_name(const json_t* jwk, std::size_t index)
{
    const std::optional<std::string_view> id = json_string_member(jwk, "kid");

    if (id && !id->empty()) {
        return "key \"" + std::string(*id) + '"';
    }

    return "key number " + std::to_string(index + 1);
}


bool has_same_id(const std::vector<JwsKey>& keys, const JwsKey& added)
{
    return std::any_of(keys.begin(), keys.end(), [&added](const JwsKey& key) {
        return key.id() == added.id() && key.type() == added.type();
    });
}


// The member "keys" of `set`, or what is wrong with it.
const json_t* key_array(const json_t* set, std::string& problem)
{
    const json_t* const keys = json_object_get(set, "keys");

    if (!json_is_array(keys)) {
        problem = "it is not a JSON Web Key Set, an object with an array "
                  "\"keys\" (RFC 7517, section 5)";
        return nullptr;
    }

    if (json_array_size(keys) > jwks_max_keys) {
        problem = "it has more than " + std::to_string(jwks_max_keys) + " keys";
        return nullptr;
    }

    return keys;
}


struct Candidates {
    const JwsKey* key = nullptr;
    std::size_t count = 0;

    void add(const JwsKey* candidate)
    {
        key = candidate;
        count++;
    }
};


KeyLookup the_only_one(const Candidates& candidates, const JwsKey*& key)
{
    key = candidates.key;

    if (candidates.count == 0) {
        return KeyLookup::unknown_key;
    }

    return candidates.count == 1 ? KeyLookup::found : KeyLookup::several_keys;
}

}  // namespace


std::optional<Jwks> Jwks::parse(std::string_view text, std::string& problem,
                                std::vector<std::string>& passed_over)
{
    Jwks set;
    std::size_t i;
    const json_t* jwk;

    if (text.size() > jwks_max_length) {
        problem = "it is longer than 512 KiB";
        return std::nullopt;
    }

    const Json document = parse_json_object(text);
    const json_t* const keys = key_array(document.get(), problem);

    if (keys == nullptr) {
        return std::nullopt;
    }

    json_array_foreach(keys, i, jwk)
    {
        JwsKeyOutcome outcome = read_jws_key(jwk);

        if (outcome.key && has_same_id(set.keys_, *outcome.key)) {
            outcome = {std::nullopt,
                       "no \"kid\" tells it from another key of its type",
                       true};
        }

        if (outcome.key) {
            set.keys_.push_back(std::move(*outcome.key));
            continue;
        }

        if (outcome.is_error) {
            problem = key_name(jwk, i) + " cannot be used: " + outcome.reason;
            return std::nullopt;
        }

        passed_over.push_back(key_name(jwk, i) +
                              " is passed over: " + outcome.reason);
    }

    if (set.keys_.empty()) {
        problem = "it has no key for RS256, PS256, ES256 or EdDSA signatures";
        return std::nullopt;
    }

    return set;
}


KeyLookup Jwks::find(std::optional<std::string_view> id, JwsAlgorithm algorithm,
                     const JwsKey*& key) const
{
    Candidates all;
    Candidates nameless;

    for (const JwsKey& candidate : keys_) {
        if (!candidate.fits(algorithm)) {
            continue;
        }

        if (id && candidate.id() == *id) {
            key = &candidate;
            return KeyLookup::found;
        }

        all.add(&candidate);
        if (candidate.id().empty()) {
            nameless.add(&candidate);
        }
    }

    return the_only_one(id ? nameless : all, key);
}

}  // namespace logout
