// Kills processes that change and read a table, at whatever instruction they
// are, and looks after each whether the table has what it must:
//
//   kill [KILLS]
//
// Each change is noted before it is made, and in a model after it. A writer
// that dies may have made it or not; whatever else there is has to be as the
// model says. Readers look meanwhile for entries that are always there, for
// such as never were, and for such as come and go, in which all that belongs
// together has to.

#include "tap.hpp"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <new>
#include <random>

using logout::Milliseconds;
using logout::Revocation;
using logout::RevocationTable;
using logout::TableChange;

namespace {

constexpr std::size_t table_size = RevocationTable::min_size;
constexpr Milliseconds start = 1800000000000;
constexpr Milliseconds second = 1000;

constexpr std::size_t writers = 2;
constexpr std::size_t readers = 2;
constexpr std::size_t workers = writers + readers;

// Those that come and go, those that stay, and those that never were.
constexpr std::size_t changing = 1500;
constexpr std::size_t lasting = 300;
constexpr std::size_t absent = 100000;


// What is there of a key: 0 where nothing is.
using Since = Milliseconds;

Milliseconds lifetime(std::size_t key)
{
    return (1 + key % 977) * second;
}


struct Change {
    std::atomic<bool> pending;
    std::size_t key;
    Since since;  // after it
    std::uint64_t generation;
};


struct Shared {
    pthread_mutex_t lock;
    std::atomic<Milliseconds> time;
    std::atomic<std::uint64_t> changes;
    std::atomic<std::uint64_t> looks;
    std::atomic<std::uint64_t> died_in_change;
    std::atomic<std::uint64_t> wrong;
    std::atomic<const char*> what;  // of the first that was wrong; a literal
    Change change;                  // of who has the lock
    Since model[changing];
};

Shared* shared;
RevocationTable* table;


void require(bool claim, const char* what)
{
    const char* none = nullptr;

    if (!claim) {
        shared->wrong.fetch_add(1);
        shared->what.compare_exchange_strong(none, what);
    }
}


// What the table has of a key, if all of it belongs together.
Since look(std::size_t key, Milliseconds time)
{
    const auto found = table->find(key_of(key), time);

    if (!found) {
        return 0;
    }
    require(found->expires == found->since + lifetime(key),
            "an entry has the expiry of another");
    return found->since;
}


Since living(std::size_t key, Since since, Milliseconds time)
{
    return since != 0 && since + lifetime(key) > time ? since : 0;
}


// After the death of one that had the lock. Who does it may die of it as well.
void take_over()
{
    Change& change = shared->change;

    if (change.pending.load()) {
        const Milliseconds time = shared->time.load();
        const Since found = look(change.key, time);
        const Since before =
            living(change.key, shared->model[change.key], time);
        const Since after = living(change.key, change.since, time);

        require(found == before || found == after,
                "a change is neither there nor not");
        table->sweep(0, time);
        require(found == before || found == 0 ||
                    table->generation() != change.generation,
                "nobody was told of a change");
        shared->model[change.key] = found;
        shared->died_in_change.fetch_add(1);
        change.pending.store(false);
    }
}


void lock()
{
    if (pthread_mutex_lock(&shared->lock) == EOWNERDEAD) {
        take_over();
        pthread_mutex_consistent(&shared->lock);
    }
}


void unlock()
{
    pthread_mutex_unlock(&shared->lock);
}


void change_something(std::mt19937_64& random)
{
    const Milliseconds time = shared->time.fetch_add(second) + second;
    const std::size_t key = random() % changing;
    const bool lift = random() % 4 == 0;
    Change& change = shared->change;

    change.key = key;
    change.since = lift ? 0 : time;
    change.generation = table->generation();
    change.pending.store(true);

    if (lift) {
        table->lift(key_of(key), time);
    } else {
        require(table->insert(table_kind, key_of(key),
                              {time, time + lifetime(key)},
                              time) != TableChange::full,
                "the table is full");
    }

    shared->model[key] = change.since;
    change.pending.store(false);
    shared->changes.fetch_add(1);
}


[[noreturn]] void write_for_ever(std::mt19937_64& random)
{
    for (;;) {
        lock();
        change_something(random);
        unlock();
    }
}


[[noreturn]] void read_for_ever(std::mt19937_64& random)
{
    for (;;) {
        const Milliseconds time = shared->time.load();
        const std::size_t never = changing + lasting + random() % absent;

        require(look(random() % changing, 0) <= shared->time.load(),
                "an entry is of the future");
        require(table->find(key_of(changing + random() % lasting), time)
                    .has_value(),
                "an entry was not found");
        require(!table->find(key_of(never), 0).has_value(),
                "an entry was found that never was");
        shared->looks.fetch_add(3);
    }
}


pid_t start_worker(std::size_t number, std::uint64_t seed)
{
    const pid_t parent = getpid();
    const pid_t child = fork();

    if (child != 0) {
        return child;
    }

    std::mt19937_64 random(seed);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
    if (number < writers) {
        write_for_ever(random);
    }
    read_for_ever(random);
}


void insert_lasting(Milliseconds time)
{
    for (std::size_t key = changing; key < changing + lasting; ++key) {
        table->insert(table_kind, key_of(key),
                      {time, time + logout::revocation_max_lifetime}, time);
    }
}


// With the lock: nobody changes anything.
void check_all(bool sweep)
{
    const Milliseconds time = shared->time.load();
    std::size_t there = lasting;

    for (std::size_t key = 0; key < changing; ++key) {
        const Since expected = living(key, shared->model[key], time);

        require(look(key, time) == expected, "the table is not as the model");
        there += expected != 0 ? 1 : 0;
    }
    for (std::size_t key = changing; key < changing + lasting; ++key) {
        require(table->find(key_of(key), time).has_value(),
                "an entry that stays is gone");
    }
    if (sweep) {
        insert_lasting(time);
        table->sweep(table->buckets(), time);
        require(table->used() == there, "the count of entries is wrong");
    }
}


void prepare()
{
    pthread_mutexattr_t attributes;

    shared = new (shared_memory(sizeof(Shared))) Shared();
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared->lock, &attributes);
    shared->time.store(start);

    static RevocationTable made = RevocationTable::create(
        shared_memory(table_size), table_size, table_secret);
    table = &made;
    insert_lasting(start);
}


void kill_one(pid_t& worker, std::size_t number, std::mt19937_64& random)
{
    usleep(static_cast<useconds_t>(random() % 1500));
    kill(worker, SIGKILL);
    waitpid(worker, nullptr, 0);
    worker = start_worker(number, random());
}

}  // namespace


int main(int count, char** arguments)
{
    const std::uint64_t kills = argument(count, arguments, 300);
    std::mt19937_64 random(std::random_device{}());
    pid_t pids[workers];

    prepare();
    for (std::size_t i = 0; i < workers; ++i) {
        pids[i] = start_worker(i, random());
    }

    for (std::uint64_t i = 0; i < kills; ++i) {
        // writers more often
        const std::size_t number =
            random() % 4 != 0 ? random() % writers : random() % workers;

        kill_one(pids[number], number, random);
        lock();
        check_all(i % 16 == 0);
        unlock();
    }

    for (const pid_t pid : pids) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    lock();
    check_all(true);
    unlock();

    std::printf("# %llu killed, %llu of them in a change; %llu changes, "
                "%llu look-ups beside them\n",
                static_cast<unsigned long long>(kills),
                static_cast<unsigned long long>(shared->died_in_change.load()),
                static_cast<unsigned long long>(shared->changes.load()),
                static_cast<unsigned long long>(shared->looks.load()));
    if (const char* const what = shared->what.load()) {
        std::printf("# %llu times, first: %s\n",
                    static_cast<unsigned long long>(shared->wrong.load()),
                    what);
    }
    tap(shared->wrong.load() == 0, "the table is right after each death");
    tap(shared->died_in_change.load() > 0, "some died in a change");
    return tap_done(2);
}
