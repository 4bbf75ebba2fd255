#include "core/base/html_page.hpp"

#include "core/base/escape.hpp"

#include <openssl/evp.h>

namespace logout {

namespace {

// The colours of the outcomes are told apart with every kind of colour vision
// (Okabe and Ito), and have a contrast of 3:1 at least with their background.
constexpr std::string_view style = R"(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1b1f24; --dim: #57606a;
  --line: #d0d7de; --accent: #0b5cad; --field: #fff;
  --logged-out: #00805c; --no-session: #2f81c1;
  --deferred: #a2558a; --refused: #b36b00; --failed: #c43c00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1419; --card: #171d24; --text: #e6edf3; --dim: #9ba6b2;
    --line: #303a45; --accent: #6cb6ff; --field: #0f1419;
    --logged-out: #1fb787; --no-session: #56b4e9;
    --deferred: #cc79a7; --refused: #e69f00; --failed: #ff7b47;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 64rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.5rem; margin: .5rem 0; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .25rem 0; }
a { color: var(--accent); }
code, textarea, input[type=text], select {
  font-family: ui-monospace, monospace;
}
code { overflow-wrap: anywhere; }
.dim { color: var(--dim); }
.card {
  background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; padding: 1rem; margin: 1rem 0;
}
.totals { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 0; }
.totals dt { color: var(--dim); font-size: .875rem; }
.totals dd { margin: 0; font-size: 1.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td {
  padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top;
}
tr:last-child > * { border-bottom: 0; }
thead th { color: var(--dim); font-size: .875rem; font-weight: 600; }
tbody th { font-weight: 400; }
.n {
  text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap;
}
.bar { width: 45%; }
.bar svg { display: block; width: 100%; height: .9rem; margin-top: .3rem; }
.chart { display: grid; grid-template-columns: auto 1fr; gap: 0 .5rem; }
.chart svg { display: block; width: 100%; height: 10rem; }
.axis {
  display: flex; justify-content: space-between; color: var(--dim);
  font-size: .8rem;
}
.axis.y { flex-direction: column; text-align: right; }
.legend {
  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0;
  margin: .75rem 0 0; list-style: none; font-size: .875rem;
}
.legend svg { width: .8rem; height: .8rem; }
.logged-out { fill: var(--logged-out); }
.no-session { fill: var(--no-session); }
.deferred { fill: var(--deferred); }
.refused { fill: var(--refused); } .failed { fill: var(--failed); }
.grid { stroke: var(--line); } .fill { fill: var(--accent); }
.good { color: var(--logged-out); font-weight: 600; }
.noted { color: var(--no-session); font-weight: 600; }
span.good, span.noted, span.bad { white-space: nowrap; }
.bad { color: var(--failed); font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
form { display: grid; gap: .9rem; }
label { display: block; font-weight: 600; }
.hint { color: var(--dim); font-size: .875rem; }
input[type=text], select, textarea {
  width: 100%; padding: .5rem; font-size: .95rem;
  color: var(--text); background: var(--field);
  border: 1px solid var(--dim); border-radius: .3rem;
}
textarea { min-height: 4.5rem; resize: vertical; }
button {
  justify-self: start; padding: .6rem 1.4rem; font: inherit; font-weight: 600;
  color: var(--card); background: var(--accent);
  border: 0; border-radius: .3rem;
}
.pair {
  display: grid; gap: .9rem;
  grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
}
.steps { padding: 0; margin: 0; list-style: none; counter-reset: step; }
.steps > li {
  counter-increment: step; padding: .75rem 0;
  border-bottom: 1px solid var(--line);
}
.steps > li:last-child { border-bottom: 0; }
.steps h3 { margin: 0 0 .25rem; }
.steps h3::before { content: counter(step) ". "; color: var(--dim); }
.facts {
  display: grid; grid-template-columns: minmax(7rem, max-content) 1fr;
  gap: .15rem 1rem; margin: .25rem 0;
}
.facts dt { color: var(--dim); }
.facts dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
@media (max-width: 30rem) {
  body { padding: .5rem; }
  .card { padding: .75rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .4rem; }
}
)";


std::string base64_sha256(std::string_view text)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;

    EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha256(),
               nullptr);

    unsigned char encoded[2 * EVP_MAX_MD_SIZE];
    const int size = EVP_EncodeBlock(encoded, digest, static_cast<int>(length));

    return {reinterpret_cast<char*>(encoded), static_cast<std::size_t>(size)};
}

}  // namespace


std::string page_policy()
{
    return "default-src 'none'; img-src data:; style-src 'sha256-" +
           base64_sha256(style) +
           "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}


void open_page(std::pmr::string& out, std::string_view title, unsigned refresh)
{
    out += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
           "<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\""
           " content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<meta name=\"robots\" content=\"noindex\">\n"
           "<link rel=\"icon\" href=\"data:,\">\n";

    if (refresh > 0) {
        out += "<meta http-equiv=\"refresh\" content=\"";
        append_number(out, refresh);
        out += "\">\n";
    }

    out += "<title>";
    append_html(out, title);
    out += "</title>\n<style>";
    out += style;
    out += "</style>\n</head>\n<body>\n<main>\n<h1>";
    append_html(out, title);
    out += "</h1>\n";
}


void close_page(std::pmr::string& out)
{
    out += "</main>\n</body>\n</html>\n";
}

}  // namespace logout
