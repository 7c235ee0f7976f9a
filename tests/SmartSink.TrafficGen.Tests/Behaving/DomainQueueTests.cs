using SmartSink.TrafficGen.Behaving;

namespace SmartSink.TrafficGen.Tests.Behaving;

/// <summary>What a well-behaved sender does about one domain, by a clock of numbers.</summary>
public sealed class DomainQueueTests
{
    private const long Minute = 60_000;
    private readonly DomainQueue _queue = new(most: 5, perConnection: 20, jitter: () => 0.5);

    [Fact]
    public void Mail_refused_for_now_waits_five_minutes_then_twice_as_long_each_time_up_to_four_hours()
    {
        var waits = new List<long>();
        Fill(1);
        _queue.TryOpen(0).ShouldBeTrue();
        for (var now = 0L; waits.Count < 9;)
        {
            _queue.TryTake(now, out var mail).ShouldBeTrue();
            _queue.Defer(mail, now).ShouldBeTrue();
            _queue.TryTake(_queue.NextAt - 1, out _).ShouldBeFalse();
            waits.Add((_queue.NextAt - now) / Minute);
            now = _queue.NextAt;
        }

        waits.ShouldBe([5, 10, 20, 40, 80, 160, 240, 240, 240]);
    }

    [Theory]
    [InlineData(0.0, 4)]
    [InlineData(1.0, 6)]
    public void Waits_differ_by_a_fifth(double chance, int minutes)
    {
        var queue = new DomainQueue(5, 20, () => chance);
        queue.Add(new QueuedMail(0, 0, 0));
        queue.TryTake(0, out var mail);
        queue.Defer(mail, 0);

        queue.NextAt.ShouldBe(minutes * Minute);
    }

    [Fact]
    public void Mail_is_given_up_after_five_days()
    {
        Fill(1);
        _queue.TryTake(0, out var mail);
        _queue.Defer(mail, 5 * 24 * 60 * Minute).ShouldBeTrue();
        _queue.TryTake(6 * 24 * 60 * Minute, out mail).ShouldBeTrue();
        _queue.Defer(mail, 6 * 24 * 60 * Minute).ShouldBeFalse();

        _queue.Count.ShouldBe(0);
    }

    [Fact]
    public void Connections_are_opened_while_there_is_more_than_a_message_for_each_up_to_the_limit()
    {
        Fill(3);
        Opened(0).ShouldBe(3);
        Fill(100);
        Opened(0).ShouldBe(2);
        _queue.Closed();
        Opened(0).ShouldBe(1);
    }

    [Theory]
    [InlineData(nameof(Trouble.Closing), 66)]
    [InlineData(nameof(Trouble.SlowDown), 66)]
    [InlineData(nameof(Trouble.TooManyConnections), 66)]
    [InlineData(nameof(Trouble.Lost), 10)]
    [InlineData(nameof(Trouble.TlsFailed), 10)]
    public void Trouble_pauses_the_domain_longer_each_time_until_a_message_is_accepted(string trouble, int seconds)
    {
        Fill(100);
        var pauses = new List<long>();
        var now = 0L;
        void Meet()
        {
            _queue.TryTake(now, out var mail).ShouldBeTrue();
            _queue.Defer(mail, now);
            _queue.Note(Enum.Parse<Trouble>(trouble), now, carried: 3);
            (_queue.TryTake(now, out _), _queue.TryOpen(now), _queue.IsPaused(now)).ShouldBe((false, false, true));
            while (_queue.IsPaused(now))
            {
                now += 1000;
            }
        }

        foreach (var times in new[] { 1, 2, 4 })
        {
            var began = now;
            Meet();
            pauses.Add((now - began) / 1000 / times);
        }

        pauses.ShouldBe([seconds, seconds, seconds]);
        _queue.TryTake(now += Minute, out _).ShouldBeTrue();
        _queue.Done(accepted: true);
        var last = now += Minute;
        Meet();
        (now - last).ShouldBe(seconds * 1000);
    }

    [Fact]
    public void Trouble_that_many_connections_meet_at_once_counts_once()
    {
        Fill(100);
        Opened(0).ShouldBe(5);
        for (var connection = 0; connection < 5; connection++)
        {
            _queue.TryTake(0, out var mail).ShouldBeTrue();
            _queue.PutBack(mail);
        }

        for (var connection = 0; connection < 5; connection++)
        {
            _queue.Note(Trouble.Closing, 0, 0);
            _queue.Closed();
        }

        _queue.IsPaused(65_000).ShouldBeTrue();
        Opened(66_000).ShouldBe(2);
    }

    [Fact]
    public void Connections_are_halved_by_trouble_and_grow_by_one_in_five_minutes()
    {
        Fill(100);
        _queue.Note(Trouble.Closing, 0, 0);

        Opened(66_000).ShouldBe(2);
        Opened(66_000 + (5 * Minute)).ShouldBe(1);
        Opened(66_000 + (20 * Minute)).ShouldBe(2);
        Opened(66_000 + (60 * Minute)).ShouldBe(0);
    }

    [Fact]
    public void A_limit_of_connections_that_was_met_is_not_tried_again()
    {
        Fill(100);
        Opened(0).ShouldBe(5);
        _queue.Note(Trouble.TooManyConnections, 0, 0);
        for (var connection = 0; connection < 5; connection++)
        {
            _queue.Closed();
        }

        Opened(300 * Minute).ShouldBe(4);
    }

    [Fact]
    public void A_limit_of_messages_that_was_met_is_kept()
    {
        _queue.Note(Trouble.TooManyMessages, 0, carried: 7);
        _queue.MessagesPerConnection.ShouldBe(7);
        _queue.Note(Trouble.TooManyMessages, 100 * Minute, carried: 9);
        _queue.MessagesPerConnection.ShouldBe(7);
    }

    [Fact]
    public void Who_is_told_to_slow_down_sends_half_as_fast_and_recovers_in_some_minutes()
    {
        Fill(5000);
        var now = 0L;
        for (; now < Minute; now += 1000)
        {
            _queue.TryTake(now, out _).ShouldBeTrue();
        }

        _queue.Note(Trouble.SlowDown, now, 0);
        Taken(now, now + 66_000).ShouldBe(0);
        Taken(now + 66_000, now + 66_000 + Minute).ShouldBe(30);
        Taken(now + (20 * Minute), now + (21 * Minute)).ShouldBe(60);
    }

    [Fact]
    public void Mail_that_has_waited_goes_before_new_mail()
    {
        Fill(1);
        _queue.TryTake(0, out var first);
        _queue.Defer(first, 0);
        Fill(1);
        _queue.TryTake(10 * Minute, out var mail).ShouldBeTrue();

        mail.Tries.ShouldBe(1);
    }

    [Fact]
    public void TLS_that_failed_three_times_in_a_row_is_left_alone_for_ten_minutes()
    {
        _queue.Note(Trouble.TlsFailed, 0, 0);
        _queue.Note(Trouble.TlsFailed, 0, 0);
        _queue.Secured();
        _queue.Note(Trouble.TlsFailed, 0, 0);
        _queue.Note(Trouble.TlsFailed, 0, 0);
        _queue.AvoidsTls(0).ShouldBeFalse();
        _queue.Note(Trouble.TlsFailed, 0, 0);

        (_queue.AvoidsTls(10 * Minute - 1), _queue.AvoidsTls(10 * Minute)).ShouldBe((true, false));
    }

    [Theory]
    [InlineData(421, "4.7.0 [TSS04] Messages from 127.0.0.1 temporarily deferred due to unexpected volume or user complaints", nameof(Trouble.SlowDown))]
    [InlineData(450, "4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages", nameof(Trouble.None))]
    [InlineData(451, "4.7.1 Greylisting in action, please come back later", nameof(Trouble.None))]
    [InlineData(450, "4.2.0 <a@b.example>: Recipient address rejected: Greylisted", nameof(Trouble.None))]
    [InlineData(421, "4.7.0 mx1.example has too many connections from 127.0.0.1", nameof(Trouble.TooManyConnections))]
    [InlineData(421, "4.7.0 Too many messages in this connection", nameof(Trouble.TooManyMessages))]
    [InlineData(421, "4.3.2 Service not available", nameof(Trouble.Closing))]
    [InlineData(451, "4.3.0 Local error in processing", nameof(Trouble.None))]
    [InlineData(554, "5.7.1 [127.0.0.1] is blocked for a while", nameof(Trouble.SlowDown))]
    [InlineData(550, "5.1.1 No such user", nameof(Trouble.None))]
    [InlineData(552, "5.2.2 Mailbox quota exceeded", nameof(Trouble.None))]
    public void A_refusal_says_what_is_wrong_beyond_its_message(int code, string text, string trouble) =>
        Refusal.Read(code, text).ShouldBe(Enum.Parse<Trouble>(trouble));

    private void Fill(int count)
    {
        for (var number = 0; number < count; number++)
        {
            _queue.Add(new QueuedMail(number, 0, 0));
        }
    }

    private int Opened(long now)
    {
        var opened = 0;
        while (_queue.TryOpen(now))
        {
            opened++;
        }

        return opened;
    }

    private int Taken(long from, long to)
    {
        var taken = 0;
        for (; from < to; from += 1000)
        {
            taken += _queue.TryTake(from, out _) ? 1 : 0;
        }

        return taken;
    }
}
