#include "core/explain/page.hpp"

#include "core/base/escape.hpp"
#include "core/base/html_page.hpp"

namespace logout {

namespace {

struct Control {
    std::string_view name;
    std::string_view label;
    std::string_view hint;
    std::string_view value;
};


// What a label and a control begin with.
void begin_control(const Control& control, std::pmr::string& out)
{
    out += "<div>\n<label for=\"";
    out += control.name;
    out += "\">";
    out += control.label;
    out += "</label>\n";

    if (!control.hint.empty()) {
        out += "<p class=\"hint\" id=\"";
        out += control.name;
        out += "-hint\">";
        out += control.hint;
        out += "</p>\n";
    }
}


void append_names(const Control& control, std::pmr::string& out)
{
    out += " id=\"";
    out += control.name;
    out += "\" name=\"";
    out += control.name;
    out += '"';

    if (!control.hint.empty()) {
        out += " aria-describedby=\"";
        out += control.name;
        out += "-hint\"";
    }

    out += " autocomplete=\"off\"";
}


void write_input(const Control& control, std::pmr::string& out)
{
    begin_control(control, out);
    out += "<input type=\"text\" spellcheck=\"false\"";
    append_names(control, out);
    out += " value=\"";
    append_html(out, control.value);
    out += "\">\n</div>\n";
}


// HTML drops a line feed right after the tag: this one, so that it does not
// drop the value's.
void write_text_area(const Control& control, std::pmr::string& out)
{
    begin_control(control, out);
    out += "<textarea rows=\"3\" spellcheck=\"false\"";
    append_names(control, out);
    out += ">\n";
    append_html(out, control.value);
    out += "</textarea>\n</div>\n";
}


template <typename Options>
void write_select(const Control& control, const Options& options,
                  std::pmr::string& out)
{
    begin_control(control, out);
    out += "<select";
    append_names(control, out);
    out += ">\n";

    for (const std::string_view option : options) {
        out += option == control.value ? "<option selected>" : "<option>";
        append_html(out, option);
        out += "</option>\n";
    }

    out += "</select>\n</div>\n";
}


void write_form(const std::vector<std::string_view>& locations,
                const DescribedRequest& described, std::pmr::string& out)
{
    constexpr std::string_view methods[] = {"GET", "POST", "DELETE", "HEAD",
                                            "OPTIONS"};

    out += "<section class=\"card\" aria-labelledby=\"request\">\n"
           "<h2 id=\"request\">Request</h2>\n"
           "<form method=\"post\" accept-charset=\"utf-8\">\n"
           "<div class=\"pair\">\n";
    write_select({"location", "Logout location", "", described.location},
                 locations, out);
    write_select({"method", "Method", "", described.method}, methods, out);
    out += "</div>\n";

    write_input({"url", "URL",
                 "As the client sends it, or only what is behind the"
                 " &ldquo;?&rdquo;. May be empty.",
                 described.url},
                out);

    out += "<div class=\"pair\">\n";
    write_input({"return_url", "Return URL",
                 "Added to the URL, as the parameter that the location's"
                 " protocol has for it.",
                 described.return_url},
                out);
    write_input({"client_id", "Client",
                 "Added to the URL as <code>client_id</code>.",
                 described.client_id},
                out);
    out += "</div>\n";

    write_input({"cookie", "Cookie",
                 "The header's value: <code>name=value; name=value</code>.",
                 described.cookie},
                out);
    write_text_area({"headers", "Further headers",
                     "One per line: <code>Sec-Fetch-Site: cross-site</code>,"
                     " <code>Origin: https://app.example.com</code>.",
                     described.headers},
                    out);
    write_text_area({"body", "Body",
                     "A form&rsquo;s, unless a <code>Content-Type</code> says"
                     " otherwise.",
                     described.body},
                    out);

    out += "<button type=\"submit\">Explain</button>\n</form>\n</section>\n";
}


void write_problem(std::string_view problem, std::pmr::string& out)
{
    out += "<section class=\"card\" role=\"alert\">\n<h2>That is not a"
           " request</h2>\n<p class=\"bad\">";
    append_html(out, problem);
    out += ".</p>\n</section>\n";
}


void write_verdict(StepVerdict verdict, std::pmr::string& out)
{
    switch (verdict) {
    case StepVerdict::ok:
        out += " <span class=\"good\">&#10003; in order</span>";
        break;
    case StepVerdict::note:
        out += " <span class=\"noted\">&#9432; note</span>";
        break;
    case StepVerdict::problem:
        out += " <span class=\"bad\">&#10007; problem</span>";
        break;
    }
}


void write_step(const Step& step, std::pmr::string& out)
{
    out += "<li>\n<h3>";
    append_html(out, step.title);
    write_verdict(step.verdict, out);
    out += "</h3>\n<p>";
    append_html(out, step.text);
    out += "</p>\n";

    if (!step.facts.empty()) {
        out += "<dl class=\"facts\">\n";

        for (const Fact& fact : step.facts) {
            out += "<dt>";
            append_html(out, fact.term);
            out += "</dt><dd><code>";
            append_html(out, fact.value);
            out += "</code></dd>\n";
        }

        out += "</dl>\n";
    }

    out += "</li>\n";
}


void write_explanation(const Explanation& explanation, std::pmr::string& out)
{
    out += "<section class=\"card\" aria-labelledby=\"explanation\">\n"
           "<h2 id=\"explanation\">What it would do</h2>\n"
           "<ol class=\"steps\">\n";

    for (const Step& step : explanation.steps) {
        write_step(step, out);
    }

    out += "</ol>\n</section>\n";
}

}  // namespace


void write_explain_page(const std::vector<std::string_view>& locations,
                        const DescribedRequest& described,
                        std::string_view problem,
                        const Explanation* explanation, std::pmr::string& out)
{
    open_page(out, "What would this logout do?", 0);

    out += "<p class=\"dim\">Describe a logout request, and see what this"
           " configuration does with it. Nothing is deleted.</p>\n";

    if (!problem.empty()) {
        write_problem(problem, out);
    }

    if (explanation != nullptr) {
        write_explanation(*explanation, out);
    }

    write_form(locations, described, out);
    close_page(out);
}

}  // namespace logout
