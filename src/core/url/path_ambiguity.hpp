// Paths that servers read in different ways.

#ifndef LOGOUT_PATH_AMBIGUITY_HPP
#define LOGOUT_PATH_AMBIGUITY_HPP

#include <string_view>

namespace logout {

// Whether some server may take `path`, what a canonical path has behind one of
// its slashes, for another one than it seems: it holds an empty segment (see
// below), ";" (where some cut a segment), an escape of "/", "\", ";" or "%"
// (which some decode before they look for segments, or twice), or bytes that
// are not UTF-8 (overlong forms of "." and "/" among them). Below an entry that
// ends in "/*" such a path could leave the folder.
bool is_ambiguous_path(std::string_view path);

// Whether `path`, as above, holds a segment without any character. A proxy that
// takes "/app/" off a Location makes "//evil.example" of "/app//evil.example":
// another host.
bool has_empty_segment(std::string_view path);

}  // namespace logout

#endif
