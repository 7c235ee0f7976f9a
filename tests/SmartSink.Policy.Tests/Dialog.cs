using System.Net;
using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Tests;

/// <summary>What a filter is told, in tests: one recipient after another.</summary>
internal sealed class Dialog
{
    private byte[] _recipient = "someone@example.com"u8.ToArray();
    private byte[] _localPart = "someone"u8.ToArray();
    private byte[] _domain = "example.com"u8.ToArray();

    public string Sender { get; init; } = "news@sender.example";

    public string Helo { get; init; } = "mx.sender.example";

    public string Id { get; init; } = "4fGh2k";

    public uint Connection { get; set; } = 1;

    public uint Answer { get; set; } = 1;

    public bool IsTls { get; init; }

    public bool IsLoose { get; init; }

    public IPAddress? ClientAddress { get; init; } = IPAddress.Parse("192.0.2.25");

    public IPAddress? Destination { get; init; }

    public DateTimeOffset Now { get; init; } = new(2026, 3, 7, 9, 5, 4, TimeSpan.FromHours(2));

    public static Dialog With(string recipient)
    {
        var dialog = new Dialog();
        dialog.Recipient(recipient);
        return dialog;
    }

    /// <summary>Sets the recipient; the domain is taken as normalised.</summary>
    public void Recipient(string recipient)
    {
        var at = recipient.LastIndexOf('@');
        _recipient = Encoding.UTF8.GetBytes(recipient);
        _localPart = Encoding.UTF8.GetBytes(at < 0 ? recipient : recipient[..at]);
        _domain = at < 0 ? [] : Encoding.ASCII.GetBytes(recipient[(at + 1)..]);
    }

    public SessionFacts Facts(Stage stage = Stage.Rcpt) => new()
    {
        Stage = stage,
        Connection = Connection,
        Answer = Answer,
        ClientAddress = ClientAddress,
        Destination = Destination,
        Helo = Encoding.UTF8.GetBytes(Helo),
        Sender = Encoding.UTF8.GetBytes(Sender),
        SenderDomain = Encoding.UTF8.GetBytes(Sender[(Sender.LastIndexOf('@') + 1)..]),
        Recipient = _recipient,
        LocalPart = _localPart,
        Domain = _domain,
        Hostname = "sink.test"u8,
        IsTls = IsTls,
        IsLoose = IsLoose,
        TransactionId = Encoding.UTF8.GetBytes(Id),
        Now = new Moment(0, Now),
    };

    public FilterAnswer Ask(PolicySnapshot policy, Stage stage = Stage.Rcpt) => policy.Answer(Facts(stage));

    /// <summary>The reply as it goes over the wire, with CRLF shown as LF.</summary>
    public string Wire(Reply? reply)
    {
        if (reply is null)
        {
            return string.Empty;
        }

        var output = new ReplyBuffer();
        reply.WriteTo(output, Facts());
        var text = Encoding.UTF8.GetString(output.Pending);
        text.EndsWith("\r\n", StringComparison.Ordinal).ShouldBeTrue();
        return text[..^2].Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    public string Wire(PolicySnapshot policy) => Wire(Ask(policy).Reply);
}
