#include "core/url/public_suffix.hpp"

#ifdef LOGOUT_HAVE_LIBPSL
#include <libpsl.h>

#include <string>
#endif

namespace logout {

bool is_public_suffix(std::string_view domain)
{
    if (domain.find('.') == domain.npos) {
        return true;
    }

#ifdef LOGOUT_HAVE_LIBPSL
    const psl_ctx_t* list = psl_builtin();
    return list != nullptr &&
           psl_is_public_suffix(list, std::string(domain).c_str()) != 0;
#else
    return false;
#endif
}

}  // namespace logout
