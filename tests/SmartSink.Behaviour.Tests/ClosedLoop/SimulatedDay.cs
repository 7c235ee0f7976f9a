using System.Net;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Behaviour.Tests.ClosedLoop;

/// <summary>
/// A day of one sender against the sink, without sockets or a clock: each message is a dialog of its own with a session, at its second of
/// the day. Counts what was tried and accepted in each minute.
/// </summary>
internal sealed class SimulatedDay
{
    public const int Minutes = 24 * 60;

    private const int SecondsPerMinute = 60;
    private const int SecondsPerHour = 3600;

    private static readonly SmtpSessionOptions Options = new() { Hostname = "sink.test" };
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    private readonly ReplyBuffer _output = new();
    private readonly NullObserver _observer = new();
    private readonly IMailboxFilterSource _filters;
    private uint _dialogs;

    private SimulatedDay(IMailboxFilterSource filters) => _filters = filters;

    /// <summary>Messages tried, by minute.</summary>
    public int[] Offered { get; } = new int[Minutes];

    /// <summary>Messages accepted, by minute.</summary>
    public int[] Accepted { get; } = new int[Minutes];

    /// <summary>Lets a sender send for a day.</summary>
    /// <param name="filters">What decides.</param>
    /// <param name="start">When the day begins.</param>
    /// <param name="sender">Who sends.</param>
    public static SimulatedDay Run(IMailboxFilterSource filters, Moment start, SimulatedSender sender)
    {
        var day = new SimulatedDay(filters);

        // In parts of a message, as many as an hour has seconds: whole numbers stay exact. The first message is due at once, and the others are
        // spread evenly behind it.
        double due = SecondsPerHour;
        for (var second = 0; second < Minutes * SecondsPerMinute; second++)
        {
            var minute = second / SecondsPerMinute;
            if (second % SecondsPerMinute == 0)
            {
                sender.Begin(minute);
            }

            var now = new Moment(start.Milliseconds + (second * 1000L), start.Utc.AddSeconds(second));
            for (; due >= SecondsPerHour && sender.Rate > 0; due -= SecondsPerHour)
            {
                day.Offered[minute]++;
                var isAccepted = day.Try(now);
                day.Accepted[minute] += isAccepted ? 1 : 0;
                sender.Answered(isAccepted);
            }

            due += sender.Rate;
        }

        return day;
    }

    /// <summary>Percent of the tries between two minutes that were accepted.</summary>
    public double Share(int from = 0, int until = Minutes) => 100.0 * Accepted[from..until].Sum() / Offered[from..until].Sum();

    private bool Try(Moment now)
    {
        _output.Clear();
        var session = new SmtpSession(Options, _filters, _observer, Client, ++_dialogs);
        session.Start(_output, now);
        session.Advance("EHLO mta.example\r\nMAIL FROM:<news@sender.example>\r\nRCPT TO:<reader@gmail.com>\r\nDATA\r\n"u8, _output, now);
        if (LastCode == 354)
        {
            session.Advance("Subject: News\r\n\r\nHello.\r\n.\r\n"u8, _output, now);
        }

        session.ConnectionEnded(SessionEndReason.ClientClosed);
        return LastCode == 250;
    }

    // The code of the last reply: its last line is the last of all.
    private int LastCode
    {
        get
        {
            var line = _output.Pending[..^2];
            line = line[(line.LastIndexOf((byte)'\n') + 1)..];
            return ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + line[2] - '0';
        }
    }
}
