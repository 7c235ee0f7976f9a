using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>A session with its surroundings, for tests that look closer than a transcript can.</summary>
internal sealed class Dialog
{
    private readonly ReplyBuffer _output = new();

    public Dialog(IMailboxFilter? filter = null, SmtpSessionOptions? options = null, IPAddress? client = null, StartTlsDenial denial = StartTlsDenial.None)
    {
        Filters = new FilterSwitch(filter ?? new AcceptAll());
        Session = new SmtpSession(options ?? Options(), Filters, Observer, client, number: 1) { StartTlsDenial = denial };
    }

    public SmtpSession Session { get; }

    public RecordingObserver Observer { get; } = new();

    public FilterSwitch Filters { get; }

    public Moment Now { get; private set; } = new(5000, DateTimeOffset.UnixEpoch);

    public SessionAction Action { get; private set; }

    public static SmtpSessionOptions Options() => new() { Hostname = "mx.sink.test", OfferStartTls = true };

    /// <summary>A dialog that has come as far as these lines take it; what was said and reported until then is forgotten.</summary>
    public static Dialog After(string lines, IMailboxFilter? filter = null, SmtpSessionOptions? options = null)
    {
        var dialog = new Dialog(filter, options);
        dialog.Start();
        dialog.Say(lines);
        dialog.Observer.Clear();
        return dialog;
    }

    public string Start() => Take(Session.Start(_output, Now));

    public string CheckDeadlines() => Take(Session.CheckDeadlines(_output, Now));

    public string Shutdown(bool force = false) => Take(Session.Shutdown(_output, Now, force));

    /// <summary>Lets time go by to the session's deadline, and returns what it says then.</summary>
    public string PassToDeadline()
    {
        Pass(TimeSpan.FromMilliseconds(Session.Deadline - Now.Milliseconds));
        var said = CheckDeadlines();
        return Action == SessionAction.Flush ? said + Send([]) : said;
    }

    public void TlsEstablished() => Session.TlsEstablished(Now);

    public void Pass(TimeSpan time) => Now = new Moment(Now.Milliseconds + (long)time.TotalMilliseconds, Now.Utc + time);

    /// <summary>Says lines (a | stands for each CRLF) and returns the replies with a | for each CRLF.</summary>
    public string Say(string lines) => Send(Encoding.UTF8.GetBytes(lines.Replace("|", "\r\n", StringComparison.Ordinal)));

    /// <summary>Has octets of a chunk dropped unread.</summary>
    public string Drop(long bytes)
    {
        var replies = Take(Session.Dropped(bytes, _output, Now));
        return Action == SessionAction.Flush ? replies + Send([]) : replies;
    }

    public string Send(ReadOnlySpan<byte> bytes) => Send(bytes, out _);

    public string Send(ReadOnlySpan<byte> bytes, out int consumed)
    {
        var replies = new StringBuilder();
        consumed = 0;
        do
        {
            var step = Session.Advance(bytes[consumed..], _output, Now);
            consumed += step.Consumed;
            replies.Append(Take(step));
        }
        while (Action == SessionAction.Flush);

        return replies.ToString();
    }

    private string Take(SessionStep step)
    {
        Action = step.Action;
        var text = Encoding.UTF8.GetString(_output.Pending).Replace("\r\n", "|", StringComparison.Ordinal);
        _output.Clear();
        return text;
    }
}

/// <summary>Rules that cost nothing: one domain is refused, one has a reply for end of data.</summary>
internal sealed class OneKept : IMailboxFilter
{
    private static readonly FixedReply No = new(550, new(5, 1, 1), "No"u8);

    public int EntryCount => 1;

    public string EntryName(int entry) => "other";

    public int EntryOf(ReadOnlySpan<byte> domain) => 0;

    public FilterAnswer Answer(in SessionFacts facts) => facts.Domain switch
    {
        _ when facts.Domain.SequenceEqual("no.example"u8) => new FilterAnswer { Reply = No },
        _ when facts.Domain.SequenceEqual("kept.example"u8) => new FilterAnswer { Reply = No, ReplyStage = Stage.Data },
        _ => default,
    };
}

/// <summary>Patterns.</summary>
internal static partial class Regexes
{
    /// <summary>What differs from one run to the next.</summary>
    [GeneratedRegex("(?<=taken as )[0-9A-Z]{13}")]
    public static partial Regex Id();

    /// <summary>A challenge of CRAM-MD5, which is never the same.</summary>
    [GeneratedRegex("334 P[DG][A-Za-z0-9+/=]{40,}")]
    public static partial Regex Challenge();
}
