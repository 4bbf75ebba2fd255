#include "core/session/laravel.hpp"

#include <utility>

namespace logout {

namespace {

constexpr std::size_t aes_block_size = 16;
constexpr std::size_t gcm_iv_size = 12;
constexpr std::size_t gcm_tag_size = 16;

constexpr std::size_t aes_128_key_size = 16;
constexpr std::size_t aes_256_key_size = 32;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const
    {
        EVP_CIPHER_CTX_free(context);
    }
};

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;


const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}


bool take_char(std::string_view& json, char expected)
{
    if (json.empty() || json.front() != expected) {
        return false;
    }
    json.remove_prefix(1);
    return true;
}


// Takes a string whose only escape is "\/".
std::optional<std::string_view> take_string(std::string_view& json,
                                            SessionScratch& scratch)
{
    if (!take_char(json, '"')) {
        return std::nullopt;
    }

    std::size_t end = json.find('"');
    char* start = end == std::string_view::npos ? nullptr : scratch.take(end);
    if (start == nullptr) {
        return std::nullopt;
    }

    char* out = start;
    for (std::size_t i = 0; i < end; i++) {
        if (json[i] == '\\' && json[++i] != '/') {
            return std::nullopt;
        }
        *out++ = json[i];
    }
    json.remove_prefix(end + 1);
    return std::string_view(start, static_cast<std::size_t>(out - start));
}


std::string_view* member_of(LaravelEnvelope& envelope, std::string_view name)
{
    if (name == "iv") {
        return &envelope.iv;
    }
    if (name == "value") {
        return &envelope.value;
    }
    if (name == "mac") {
        return &envelope.mac;
    }
    return name == "tag" ? &envelope.tag : nullptr;
}


// Takes "name":"value" into the envelope.
bool take_member(std::string_view& json, LaravelEnvelope& envelope,
                 SessionScratch& scratch)
{
    std::optional<std::string_view> name = take_string(json, scratch);
    if (!name || !take_char(json, ':')) {
        return false;
    }

    std::string_view* member = member_of(envelope, *name);
    std::optional<std::string_view> value = take_string(json, scratch);
    if (member == nullptr || !member->empty() || !value) {
        return false;
    }
    *member = *value;
    return true;
}


// Decrypts `text` to `out`, which has room for a block more, and checks `tag`
// unless it is empty. Returns the number of bytes.
std::optional<std::size_t> decrypt(const EVP_CIPHER* cipher,
                                   std::string_view key, std::string_view iv,
                                   std::string_view tag, std::string_view text,
                                   char* out)
{
    Context context(EVP_CIPHER_CTX_new());
    auto* to = reinterpret_cast<unsigned char*>(out);
    void* expected_tag = const_cast<char*>(tag.data());
    int length = 0;
    int rest = 0;

    bool opened = context != nullptr &&
                  EVP_DecryptInit_ex2(context.get(), cipher, bytes_of(key),
                                      bytes_of(iv), nullptr) == 1 &&
                  (tag.empty() ||
                   EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG,
                                       static_cast<int>(tag.size()),
                                       expected_tag) == 1) &&
                  EVP_DecryptUpdate(context.get(), to, &length, bytes_of(text),
                                    static_cast<int>(text.size())) == 1 &&
                  EVP_DecryptFinal_ex(context.get(), to + length, &rest) == 1;

    if (!opened) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(length + rest);
}


// The name that Laravel calls itself by: "AES-256-CBC" and the like.
const char* cipher_name(std::size_t key_size, bool gcm)
{
    if (key_size == aes_128_key_size) {
        return gcm ? "AES-128-GCM" : "AES-128-CBC";
    }
    return gcm ? "AES-256-GCM" : "AES-256-CBC";
}


// The key in an APP_KEY; empty if it cannot be one.
std::string key_of(std::string_view secret)
{
    std::optional<std::string_view> encoded = without_lead(secret, "base64:");
    std::string key(encoded ? *encoded : secret);

    if (encoded) {
        key.resize(base64_decoded_max(encoded->size()));
        key.resize(
            base64_decode(*encoded, Base64::standard, key.data()).value_or(0));
    }
    if (key.size() != aes_128_key_size && key.size() != aes_256_key_size) {
        key.clear();
    }
    return key;
}


// The bytes in Base64, if there are as many as `size`.
std::optional<std::string_view>
decode_sized(std::string_view text, std::size_t size, SessionScratch& scratch)
{
    auto bytes = base64_decode(text, Base64::standard, scratch);
    if (!bytes || bytes->size() != size) {
        return std::nullopt;
    }
    return bytes;
}

}  // namespace


std::optional<LaravelEnvelope> laravel_envelope(std::string_view json,
                                                SessionScratch& scratch)
{
    LaravelEnvelope envelope;

    if (!take_char(json, '{')) {
        return std::nullopt;
    }
    do {
        if (!take_member(json, envelope, scratch)) {
            return std::nullopt;
        }
    } while (take_char(json, ','));

    if (json != "}") {
        return std::nullopt;
    }
    return envelope;
}


std::optional<LaravelKey> LaravelKey::parse(std::string_view secret,
                                            std::string_view cookie_name)
{
    std::string key = key_of(secret);
    if (key.empty()) {
        return std::nullopt;
    }

    LaravelKey result(std::move(key), cookie_name);
    if (result.cbc_ == nullptr || result.gcm_ == nullptr) {
        return std::nullopt;
    }
    return result;
}


LaravelKey::LaravelKey(std::string key, std::string_view cookie_name)
    : key_(std::move(key)), mac_key_(DigestAlgorithm::sha256, key_),
      cbc_(EVP_CIPHER_fetch(nullptr, cipher_name(key_.size(), false), nullptr)),
      gcm_(EVP_CIPHER_fetch(nullptr, cipher_name(key_.size(), true), nullptr))
{
    DigestValue proof =
        HmacKey(DigestAlgorithm::sha1, key_).sign({cookie_name, "v2"});

    name_proof_.resize(2 * proof.size);
    hex_encode(proof.view(), name_proof_.data());
    name_proof_ += '|';
}


std::optional<std::string_view>
LaravelKey::open(const LaravelEnvelope& envelope, SessionScratch& scratch) const
{
    std::optional<std::string_view> text = envelope.tag.empty()
                                               ? open_cbc(envelope, scratch)
                                               : open_gcm(envelope, scratch);

    return text ? without_lead(*text, name_proof_) : std::nullopt;
}


std::optional<std::string_view>
LaravelKey::open_cbc(const LaravelEnvelope& envelope,
                     SessionScratch& scratch) const
{
    DigestValue mac = mac_key_.sign({envelope.iv, envelope.value});
    std::array<char, 2 * digest_max_size> mac_text;
    hex_encode(mac.view(), mac_text.data());

    if (!equal_secretly({mac_text.data(), 2 * mac.size}, envelope.mac)) {
        return std::nullopt;
    }
    return open(cbc_.get(), aes_block_size, {}, envelope, scratch);
}


std::optional<std::string_view>
LaravelKey::open_gcm(const LaravelEnvelope& envelope,
                     SessionScratch& scratch) const
{
    auto tag = decode_sized(envelope.tag, gcm_tag_size, scratch);
    if (!tag) {
        return std::nullopt;
    }
    return open(gcm_.get(), gcm_iv_size, *tag, envelope, scratch);
}


std::optional<std::string_view>
LaravelKey::open(const EVP_CIPHER* cipher, std::size_t iv_size,
                 std::string_view tag, const LaravelEnvelope& envelope,
                 SessionScratch& scratch) const
{
    auto iv = decode_sized(envelope.iv, iv_size, scratch);
    auto text = base64_decode(envelope.value, Base64::standard, scratch);
    if (!iv || !text) {
        return std::nullopt;
    }

    char* out = scratch.take(text->size() + aes_block_size);
    if (out == nullptr) {
        return std::nullopt;
    }

    auto size = decrypt(cipher, key_, *iv, tag, *text, out);
    return size ? std::optional(std::string_view(out, *size)) : std::nullopt;
}

}  // namespace logout
