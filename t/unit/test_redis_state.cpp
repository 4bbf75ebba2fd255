// Every state of a connection to Redis, and every event in it.

#include "redis/link.hpp"

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>
extern "C" {
#include <cmocka.h>
}

using logout::redis::backoff_delay;
using logout::redis::Link;
using logout::redis::LinkSteps;
using State = logout::redis::LinkState;
using Event = logout::redis::LinkEvent;
using Action = logout::redis::LinkAction;

namespace {

constexpr LinkSteps no_steps = {false, false, false, false};
constexpr LinkSteps all_steps = {true, true, true, true};

constexpr State states[] = {
    State::idle,           State::connecting, State::securing,
    State::authenticating, State::selecting,  State::verifying,
    State::probing,        State::ready,      State::waiting,
};

constexpr Event events[] = {
    Event::wanted,  Event::connected, Event::secured, Event::accepted,
    Event::refused, Event::lost,      Event::broken,  Event::expired,
    Event::retry,   Event::moved,     Event::retired,
};

struct Row {
    State state;
    Event event;
    Action action;
    State next;
};

// What is not listed here is either ignored or a failure; see expected().
constexpr Row rows[] = {
    {State::idle, Event::wanted, Action::connect, State::connecting},
    {State::waiting, Event::retry, Action::connect, State::connecting},
    {State::connecting, Event::connected, Action::secure, State::securing},
    {State::securing, Event::secured, Action::authenticate,
     State::authenticating},
    {State::authenticating, Event::accepted, Action::select, State::selecting},
    {State::selecting, Event::accepted, Action::verify, State::verifying},
    {State::verifying, Event::accepted, Action::probe, State::probing},
    {State::probing, Event::accepted, Action::serve, State::ready},
    {State::ready, Event::lost, Action::drop, State::idle},
    {State::idle, Event::moved, Action::none, State::idle},
    {State::ready, Event::moved, Action::drop, State::idle},
};


bool has_connection(State state)
{
    return state != State::idle && state != State::waiting;
}


Row expected(State state, Event event)
{
    for (const Row& row : rows) {
        if (row.state == state && row.event == event) {
            return row;
        }
    }

    if (event == Event::retired) {
        return {state, event, Action::drop, State::idle};
    }

    if (event == Event::moved) {
        return {state, event, Action::resume, State::connecting};
    }

    // asked for what is under way already, or told of what is gone
    if (event == Event::wanted || event == Event::retry ||
        !has_connection(state)) {
        return {state, event, Action::none, state};
    }

    return {state, event, Action::back_off, State::waiting};
}


// A link that is down, in `state`.
Link link_in(State state)
{
    constexpr Event way[] = {Event::retry,    Event::connected, Event::secured,
                             Event::accepted, Event::accepted,  Event::accepted,
                             Event::accepted};
    Link link(all_steps);

    if (state == State::idle) {
        return link;
    }

    link.on(Event::wanted, true);
    link.on(Event::broken, true);

    for (Event event : way) {
        if (link.state() == state) {
            break;
        }
        link.on(event, true);
    }

    assert_true(link.state() == state);

    return link;
}


void follows_the_table(void**)
{
    for (State state : states) {
        for (Event event : events) {
            Link link = link_in(state);
            Row row = expected(state, event);
            Action action = link.on(event, false);

            if (action != row.action || link.state() != row.next) {
                fail_msg("state %d, event %d: action %d, state %d",
                         static_cast<int>(state), static_cast<int>(event),
                         static_cast<int>(action),
                         static_cast<int>(link.state()));
            }
        }
    }
}


// The actions from `wanted` until the connection serves.
std::vector<Action> way_to_ready(LinkSteps steps, bool down)
{
    Link link(steps);
    std::vector<Action> actions;

    if (down) {
        link.on(Event::wanted, true);
        link.on(Event::expired, true);
    }

    Action action = link.on(down ? Event::retry : Event::wanted, true);

    while (action != Action::serve) {
        actions.push_back(action);
        assert_true(link.starting());
        assert_true(actions.size() < 10);
        action = link.on(action == Action::connect  ? Event::connected
                         : action == Action::secure ? Event::secured
                                                    : Event::accepted,
                         true);
    }

    assert_true(link.state() == State::ready);
    assert_false(link.starting());
    assert_false(link.down());

    return actions;
}


void takes_the_steps_that_are_needed(void**)
{
    using Actions = std::vector<Action>;

    assert_true(way_to_ready(no_steps, false) == Actions{Action::connect});
    assert_true(way_to_ready({false, true, false, false}, false) ==
                (Actions{Action::connect, Action::authenticate}));
    assert_true(way_to_ready({true, false, true, false}, false) ==
                (Actions{Action::connect, Action::secure, Action::select}));
    assert_true(way_to_ready({false, false, false, true}, false) ==
                (Actions{Action::connect, Action::verify}));
    assert_true(way_to_ready(all_steps, false) ==
                (Actions{Action::connect, Action::secure, Action::authenticate,
                         Action::select, Action::verify}));
}


void probes_a_server_that_was_down(void**)
{
    using Actions = std::vector<Action>;

    assert_true(way_to_ready(no_steps, true) ==
                (Actions{Action::connect, Action::probe}));
    assert_true(way_to_ready(all_steps, true) ==
                (Actions{Action::connect, Action::secure, Action::authenticate,
                         Action::select, Action::verify, Action::probe}));
}


void stays_down_until_the_probe_is_answered(void**)
{
    Link link(no_steps);

    link.on(Event::wanted, true);
    assert_false(link.down());
    link.on(Event::connected, true);
    link.on(Event::expired, true);
    assert_true(link.down());
    link.on(Event::retry, false);
    assert_true(link.down());
    link.on(Event::connected, false);
    assert_true(link.down());
    assert_true(link.on(Event::accepted, false) == Action::serve);
    assert_false(link.down());
}


Link serving()
{
    Link link(no_steps);

    link.on(Event::wanted, true);
    link.on(Event::connected, true);

    return link;
}


void resumes_only_a_proven_connection(void**)
{
    Link fresh = serving();
    assert_true(fresh.on(Event::lost, true) == Action::back_off);

    Link proven = serving();
    proven.answered();
    assert_true(proven.on(Event::lost, true) == Action::resume);
    assert_true(proven.state() == State::connecting);
    assert_false(proven.down());

    // the new one has to prove itself again
    proven.on(Event::connected, true);
    assert_true(proven.on(Event::lost, true) == Action::back_off);
    assert_true(proven.down());
}


void takes_what_is_queued_to_another_server(void**)
{
    Link link = serving();

    assert_true(link.on(Event::moved, true) == Action::resume);
    assert_true(link.state() == State::connecting);
    assert_false(link.down());
}


void does_not_count_an_idle_connection_that_was_closed(void**)
{
    Link link = serving();

    link.answered();
    link.on(Event::lost, false);
    link.on(Event::wanted, true);
    link.on(Event::connected, true);

    // this one has answered nothing
    assert_true(link.on(Event::lost, false) == Action::back_off);

    link.on(Event::retry, false);
    link.on(Event::connected, false);
    link.on(Event::accepted, false);
    assert_true(link.on(Event::lost, false) == Action::drop);

    link.on(Event::wanted, true);
    link.on(Event::connected, true);
    link.answered();
    assert_true(link.on(Event::lost, false) == Action::drop);
    assert_int_equal(link.failures(), 0);
    assert_false(link.down());
}


void counts_failures_until_a_command_is_answered(void**)
{
    Link link(no_steps);

    link.on(Event::wanted, true);
    for (unsigned i = 1; i <= 3; i++) {
        link.on(Event::broken, true);
        assert_int_equal(link.failures(), i);
        link.on(Event::retry, false);
    }

    // connected, even probed: a server that only answers PING has failed
    link.on(Event::connected, false);
    link.on(Event::accepted, false);
    assert_int_equal(link.failures(), 3);
    link.on(Event::expired, true);
    assert_int_equal(link.failures(), 4);

    link.on(Event::retry, false);
    link.on(Event::connected, false);
    link.on(Event::accepted, false);
    link.answered();
    assert_int_equal(link.failures(), 0);
}


void backs_off_longer_and_longer(void**)
{
    constexpr std::uint32_t full[] = {50, 100, 200, 400, 800, 1000, 1000};

    for (std::uint32_t i = 0; i < std::size(full); i++) {
        std::uint32_t half = full[i] / 2;

        assert_int_equal(backoff_delay(i + 1, 0), half);
        assert_int_equal(backoff_delay(i + 1, half), full[i]);
        assert_int_equal(backoff_delay(i + 1, half + 1), half);
    }

    assert_int_equal(backoff_delay(1000000, 0), 500);
    assert_int_equal(backoff_delay(0, 0), 25);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_table),
        cmocka_unit_test(takes_the_steps_that_are_needed),
        cmocka_unit_test(probes_a_server_that_was_down),
        cmocka_unit_test(stays_down_until_the_probe_is_answered),
        cmocka_unit_test(resumes_only_a_proven_connection),
        cmocka_unit_test(takes_what_is_queued_to_another_server),
        cmocka_unit_test(does_not_count_an_idle_connection_that_was_closed),
        cmocka_unit_test(counts_failures_until_a_command_is_answered),
        cmocka_unit_test(backs_off_longer_and_longer),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
