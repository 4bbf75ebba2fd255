// A million entries in 32 MB: none that is there is missed, and nothing is
// found that is not.
//
//   large [LOOKUPS [cost]]
//
// With "cost" a look-up among a million is compared with one among ten, in
// tables of the same size: in instructions, which are counted by a debugger's
// means and depend on nothing else, and for information in time, the median of
// pairs.

#include "tap.hpp"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <ctime>
#include <vector>

using logout::Milliseconds;
using logout::RevocationKey;
using logout::RevocationTable;
using logout::TableChange;

namespace {

constexpr std::size_t size = 32 * 1000 * 1000 / 4096 * 4096;
constexpr std::uint64_t entries = 1000000;
constexpr Milliseconds now = 1800000000000;
constexpr Milliseconds hour = 3600 * 1000;


RevocationTable table_of(std::uint64_t count, bool& good)
{
    RevocationTable table =
        RevocationTable::create(shared_memory(size), size, table_secret);

    for (std::uint64_t i = 0; i < count; ++i) {
        good = table.insert(table_kind, key_of(i), {now, now + hour}, now) ==
                   TableChange::inserted &&
               good;
    }
    return table;
}


bool all_found(const RevocationTable& table)
{
    for (std::uint64_t i = 0; i < entries; ++i) {
        if (!table.find(key_of(i), now)) {
            return false;
        }
    }
    return true;
}


// Keys of consecutive numbers are as good as random: the hash sees to that.
std::uint64_t found(const RevocationTable& table, std::uint64_t first,
                    std::uint64_t lookups)
{
    std::uint64_t count = 0;

    for (std::uint64_t i = first; i < first + lookups; ++i) {
        count += table.find(key_of(i), now) ? 1 : 0;
    }
    return count;
}


double cpu_time()
{
    timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_nsec) * 1e-9;
}


double time_of_one(const RevocationTable& table, std::uint64_t first)
{
    constexpr std::uint64_t lookups = 200000;
    const double begin = cpu_time();

    found(table, first, lookups);
    return (cpu_time() - begin) / lookups * 1e9;
}


void print_times(const RevocationTable& many, const RevocationTable& few)
{
    constexpr std::size_t pairs = 101;
    std::vector<double> ratios;
    std::vector<double> times;

    for (std::size_t i = 0; i < pairs; ++i) {
        const std::uint64_t first = entries * (i + 2);
        const double of_few = time_of_one(few, first);
        const double of_many = time_of_one(many, first);

        ratios.push_back(of_many / of_few);
        times.push_back(of_many);
    }

    std::sort(ratios.begin(), ratios.end());
    std::sort(times.begin(), times.end());
    std::printf("# %.0f ns for a key and its look-up, %.2f times that among "
                "ten\n",
                times[pairs / 2], ratios[pairs / 2]);
}


[[noreturn]] void look_up_traced(const RevocationTable& table,
                                 const std::vector<RevocationKey>& keys)
{
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    for (const RevocationKey& key : keys) {
        table.find(key, now);
    }
    _exit(0);
}


// Instructions for all of the keys, or 0 where nobody may trace a child.
double instructions(const RevocationTable& table,
                    const std::vector<RevocationKey>& keys)
{
    const pid_t child = fork();
    int status = 0;
    long steps = 0;

    if (child == 0) {
        look_up_traced(table, keys);
    }

    waitpid(child, &status, 0);
    while (WIFSTOPPED(status)) {
        if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
            return 0;
        }
        waitpid(child, &status, 0);
        ++steps;
    }
    return static_cast<double>(steps);
}


bool costs_the_same(const RevocationTable& many, const RevocationTable& few)
{
    constexpr std::uint64_t lookups = 3000;
    std::vector<RevocationKey> keys;

    for (std::uint64_t i = 0; i < lookups; ++i) {
        keys.push_back(key_of(2 * entries + i));
    }

    const double of_none = instructions(few, {});
    const double of_few = instructions(few, keys) - of_none;
    const double of_many = instructions(many, keys) - of_none;

    std::printf("# %.2f instructions for a look-up, %.2f among ten\n",
                of_many / lookups, of_few / lookups);
    return of_few > 0 && of_many <= 1.05 * of_few;
}

}  // namespace


int main(int count, char** arguments)
{
    const std::uint64_t lookups = argument(count, arguments, 3000000);
    bool fits = true;
    const RevocationTable many = table_of(entries, fits);

    tap(fits, "a million entries fit in 32 MB");
    tap(all_found(many), "each is found");
    std::printf("# %llu look-ups of what is not there\n",
                static_cast<unsigned long long>(lookups));
    tap(found(many, entries, lookups) == 0, "nothing else is found");

    if (count < 3 || std::strcmp(arguments[2], "cost") != 0) {
        return tap_done(3);
    }

    const RevocationTable few = table_of(10, fits);

    print_times(many, few);
    tap(costs_the_same(many, few),
        "a look-up among them takes at most 1.05 times the instructions of "
        "one among ten");
    return tap_done(4);
}
