#include "redis/link.hpp"

#include <algorithm>

namespace logout::redis {

namespace {

constexpr std::uint32_t backoff_first = 50;
constexpr std::uint32_t backoff_limit = 1000;
constexpr std::uint32_t backoff_doublings = 5;

}  // namespace


LinkAction Link::on(LinkEvent event, bool pending)
{
    switch (event) {

    case LinkEvent::wanted:
        return state_ == LinkState::idle ? start(LinkAction::connect)
                                         : LinkAction::none;

    case LinkEvent::retry:
        return state_ == LinkState::waiting ? start(LinkAction::connect)
                                            : LinkAction::none;

    case LinkEvent::connected:
        return state_ == LinkState::connecting ? next_step() : fail();

    case LinkEvent::secured:
        return state_ == LinkState::securing ? next_step() : fail();

    case LinkEvent::accepted:
        switch (state_) {
        case LinkState::authenticating:
        case LinkState::selecting:
        case LinkState::verifying:
        case LinkState::probing:
            greeted_ = true;
            return next_step();
        default:
            return fail();
        }

    case LinkEvent::lost:
        return lose(pending);

    case LinkEvent::moved:
        return move(pending);

    case LinkEvent::refused:
    case LinkEvent::broken:
    case LinkEvent::expired:
        return fail();

    case LinkEvent::retired:
        return leave();
    }

    return LinkAction::none;
}


LinkAction Link::next_step()
{
    // each case falls to the next step that this connection needs
    switch (state_) {

    case LinkState::connecting:
        if (steps_.secure) {
            state_ = LinkState::securing;
            return LinkAction::secure;
        }
        [[fallthrough]];

    case LinkState::securing:
        if (steps_.authenticate) {
            state_ = LinkState::authenticating;
            return LinkAction::authenticate;
        }
        [[fallthrough]];

    case LinkState::authenticating:
        if (steps_.select) {
            state_ = LinkState::selecting;
            return LinkAction::select;
        }
        [[fallthrough]];

    case LinkState::selecting:
        if (steps_.verify) {
            state_ = LinkState::verifying;
            return LinkAction::verify;
        }
        [[fallthrough]];

    case LinkState::verifying:
        if (down_) {
            state_ = LinkState::probing;
            return LinkAction::probe;
        }
        [[fallthrough]];

    default:
        state_ = LinkState::ready;
        down_ = false;
        return LinkAction::serve;
    }
}


LinkAction Link::fail()
{
    // an idle or waiting link has no connection that could fail
    if (state_ == LinkState::idle || state_ == LinkState::waiting) {
        return LinkAction::none;
    }

    state_ = LinkState::waiting;
    down_ = true;
    failures_++;

    return LinkAction::back_off;
}


LinkAction Link::lose(bool pending)
{
    if (state_ != LinkState::ready) {
        return fail();
    }

    // servers close idle connections, and restart: that is no failure yet, but
    // one that has only ever refused or said nothing is not worth a connection
    // for each command
    if (!pending) {
        return greeted_ ? leave() : fail();
    }

    return proven_ ? start(LinkAction::resume) : fail();
}


LinkAction Link::move(bool pending)
{
    if (state_ == LinkState::idle) {
        return LinkAction::none;
    }

    if (state_ == LinkState::ready && !pending) {
        return leave();
    }

    return start(LinkAction::resume);
}


LinkAction Link::start(LinkAction how)
{
    state_ = LinkState::connecting;
    proven_ = false;
    greeted_ = false;

    return how;
}


LinkAction Link::leave()
{
    state_ = LinkState::idle;

    return LinkAction::drop;
}


std::uint32_t backoff_delay(std::uint32_t failures, std::uint32_t random)
{
    std::uint32_t doublings =
        std::min(failures > 0 ? failures - 1 : 0, backoff_doublings);
    std::uint32_t full = std::min(backoff_first << doublings, backoff_limit);
    std::uint32_t half = full / 2;

    return half + random % (full - half + 1);
}

}  // namespace logout::redis
