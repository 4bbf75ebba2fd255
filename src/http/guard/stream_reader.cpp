// How it is known that nothing is missed. XREAD gives what comes behind the
// entry that was read last. Streams are trimmed from the old end: as long as
// that entry is still there when the reply has come, nothing behind it can have
// gone unread, and it is the same stream. So it is asked for, by XRANGE, after
// each XREAD. Where it is gone, because the stream was trimmed or deleted, or
// because another server took over that had not got it, all is read again. Only
// when it is there, and nothing more is to be read, the table is up to date.

#include "http/guard/stream_reader.hpp"

#include "redis/client.hpp"
#include "redis/stream_reply.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <iterator>
#include <new>

namespace logout::http {

namespace {

// How often a worker looks whether it is to read, and tries again.
constexpr ngx_msec_t interval = 200;

// Redis answers after this time at most, where nothing is new.
constexpr ngx_msec_t block_time = 1000;
constexpr std::string_view block_text = "1000";

// After a failure fewer are asked for: the reply may have been too long.
constexpr std::size_t most_records = 128;

// Of what is wrong with the stream, in seconds.
constexpr time_t report_every = 60;


redis::StoreConf conf_of_reader(const redis::StoreConf& conf)
{
    redis::StoreConf own = conf;

    own.timeout = conf.timeout + block_time;
    own.max_pending = 4;
    own.wait_replicas = 0;
    own.wait_command = {0, nullptr};
    own.reads_stream = true;
    return own;
}


bool is_set(const StreamPlace& place)
{
    return place.milliseconds != 0;
}

}  // namespace


class StreamReader {
public:
    StreamReader(RevocationZone& zone, const redis::StoreConf& conf,
                 ngx_cycle_t* cycle)
        : zone_(zone), cycle_(cycle), conf_(conf_of_reader(conf))
    {
        ngx_memzero(&owner_, sizeof(owner_));
        owner_.fd = static_cast<ngx_socket_t>(-1);
        owner_.data = this;
        redis::init_event(timer_, timer_handler, &owner_, cycle->log);
        timer_.cancelable = 1;
        // not all workers at once
        ngx_add_timer(&timer_, 1 + static_cast<ngx_msec_t>(ngx_random()) % 50);
    }

    ~StreamReader()
    {
        redis::stop_timer(timer_);
        close();
        zone_.stop_leading();
    }

    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

private:
    static void timer_handler(ngx_event_t* event) noexcept
    {
        auto* const owner = static_cast<ngx_connection_t*>(event->data);

        static_cast<StreamReader*>(owner->data)->on_timer();
    }

    static void read_handler(void* data, const redis::Reply& reply) noexcept
    {
        auto* const reader = static_cast<StreamReader*>(data);

        reader->pending_ = nullptr;
        reader->without_exceptions([&] { reader->on_read(reply); });
    }

    static void check_handler(void* data, const redis::Reply& reply) noexcept
    {
        auto* const reader = static_cast<StreamReader*>(data);

        reader->pending_ = nullptr;
        reader->without_exceptions([&] { reader->on_check(reply); });
    }

    template <typename Function>
    void without_exceptions(Function function) noexcept
    {
        try {
            function();

        } catch (const std::exception& e) {
            ngx_log_error(NGX_LOG_ERR, cycle_->log, 0,
                          "logout_revocations \"%s\": %s", zone_.name.c_str(),
                          e.what());
        }
    }

    void on_timer()
    {
        // a worker that is leaving lets another lead
        if (ngx_exiting) {
            close();
            zone_.stop_leading();
            return;
        }

        if (!zone_.lead()) {
            stop_reading();
        } else if (pending_ == nullptr && start_reading()) {
            read();
        }

        ngx_add_timer(&timer_, interval);
    }

    bool start_reading()
    {
        if (store_ == nullptr) {
            store_ = redis::create_store(&conf_, cycle_, nullptr);
        }
        if (!reads_) {
            count_ = 1;
            last_ = zone_.table().stream_place();
            if (is_set(last_) && last_.milliseconds < oldest()) {
                last_ = {};
            }
        }

        reads_ = store_ != nullptr;
        return reads_;
    }

    void stop_reading()
    {
        reads_ = false;
        if (pending_ != nullptr) {
            redis::forget(pending_);
            pending_ = nullptr;
        }
    }

    void close()
    {
        stop_reading();
        redis::close_store(store_);
        store_ = nullptr;
    }

    // What was added before has expired.
    Milliseconds oldest() const
    {
        const Milliseconds now = now_in_milliseconds();
        const Milliseconds lifetime = lifetime_of_entries();

        return now > lifetime ? now - lifetime : 1;
    }

    Milliseconds lifetime_of_entries() const
    {
        return static_cast<Milliseconds>(zone_.lifetime) * 1000;
    }

    void read()
    {
        const StreamPlaceText from(is_set(last_) ? last_
                                                 : StreamPlace{oldest(), 0});
        char count[20];
        const auto end = std::to_chars(count, count + sizeof(count), count_);
        const std::string_view words[] = {
            "XREAD",
            "BLOCK",
            block_text,
            "COUNT",
            {count, static_cast<std::size_t>(end.ptr - count)},
            "STREAMS",
            zone_.stream->key,
            from.view()};

        pending_ = redis::send_command(store_, words, std::size(words),
                                       read_handler, this);
    }

    // What is not read now is tried again when the timer comes by.
    void on_read(const redis::Reply& reply)
    {
        records_ = 0;
        read_to_ = last_;
        answered_ = ngx_current_msec;

        if (reply.status == redis::ReplyStatus::nil) {
            check();
            return;
        }
        if (reply.array == nullptr) {
            count_ = 1;
            return;
        }
        if (!take(*reply.array)) {
            count_ = 1;
            report("Redis sent what is no entry of a stream");
            return;
        }

        check();
    }

    bool take(const redis::ReplyReader& reply)
    {
        auto records = redis::StreamRecords::of_xread(reply);

        for (;;) {
            switch (records.next(record_)) {
            case redis::StreamRecords::Step::end:
                return true;
            case redis::StreamRecords::Step::nonsense:
                return false;
            case redis::StreamRecords::Step::record:
                break;
            }

            const auto place = parse_stream_place(record_.id);

            if (!place) {
                return false;
            }
            take_record(*place);
            read_to_ = *place;
            ++records_;
        }
    }

    void take_record(const StreamPlace& place)
    {
        StreamEntry entry;
        const StreamEntryProblem problem =
            parse_stream_entry(record_.texts.data(), record_.texts.size(),
                               place, lifetime_of_entries(), entry);
        GuardCounters& counters = zone_.mutable_counters();

        if (problem != StreamEntryProblem::none) {
            ++counters.ill_formed;
            report(describe(problem));
            return;
        }

        ++counters.received;
        entry.lift ? zone_.lift(entry) : zone_.revoke(entry);
    }

    // Whether the entry that was read before is still there.
    void check()
    {
        if (!is_set(last_)) {
            accept();
            return;
        }

        const StreamPlaceText place(last_);
        const std::string_view words[] = {"XRANGE", zone_.stream->key,
                                          place.view(), place.view()};

        pending_ = redis::send_command(store_, words, std::size(words),
                                       check_handler, this);
    }

    void on_check(const redis::Reply& reply)
    {
        if (reply.array == nullptr) {
            count_ = 1;
            return;
        }

        if (reply.integer == 1) {
            accept();
        } else {
            read_all_again();
        }
    }

    void accept()
    {
        const bool all = records_ < count_;

        if (records_ > 0) {
            last_ = read_to_;
            zone_.set_stream_place(last_);
        }
        if (all) {
            zone_.set_up_to_date(answered_);
        }

        count_ = std::min(count_ * 2, most_records);
        read();
    }

    void read_all_again()
    {
        // what nobody needs any more may go
        if (last_.milliseconds >= oldest()) {
            ++zone_.mutable_counters().lost;
            zone_.set_not_up_to_date();
            ngx_log_error(NGX_LOG_ERR, cycle_->log, 0,
                          "logout_revocations \"%s\": the stream was trimmed,"
                          " deleted or replaced, what it has now is read again;"
                          " what it had before may be missing here",
                          zone_.name.c_str());
        }

        last_ = {};
        zone_.set_stream_place(last_);
        read();
    }

    void report(const char* problem)
    {
        if (reported_ != 0 && ngx_time() - reported_ < report_every) {
            return;
        }

        reported_ = ngx_time();
        ngx_log_error(NGX_LOG_ERR, cycle_->log, 0,
                      "logout_revocations \"%s\": an entry of the stream is of"
                      " no use: %s",
                      zone_.name.c_str(), problem);
    }

    RevocationZone& zone_;
    ngx_cycle_t* cycle_;
    const redis::StoreConf conf_;
    redis::Store* store_ = nullptr;  // once it was needed
    bool reads_ = false;             // or another worker does
    redis::Pending* pending_ = nullptr;
    ngx_event_t timer_;
    ngx_connection_t owner_;  // nginx logs a timer by its connection's number

    StreamPlace last_;  // accepted; not set: nothing was read
    StreamPlace read_to_;
    std::size_t records_ = 0;  // in the last reply
    std::size_t count_ = 1;    // that are asked for
    ngx_msec_t answered_ = 0;
    redis::StreamRecord record_;
    time_t reported_ = 0;
};


StreamReader* start_stream_reader(RevocationZone& zone,
                                  const redis::StoreConf& conf,
                                  ngx_cycle_t* cycle)
{
    return new (std::nothrow) StreamReader(zone, conf, cycle);
}


void stop_stream_reader(StreamReader* reader)
{
    delete reader;
}

}  // namespace logout::http
