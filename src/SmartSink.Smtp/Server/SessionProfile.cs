using System.Globalization;
using System.Text;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>What a listener's sessions share, in the form that they use: replies with the server's name in them, limits in milliseconds.</summary>
internal sealed class SessionProfile
{
    public SessionProfile(SmtpSessionOptions options)
    {
        Options = options;
        Hostname = Encoding.UTF8.GetBytes(options.Hostname);
        Greeting = new FixedReply(220, default, Encoding.UTF8.GetBytes($"{options.Hostname} {options.Banner}"));
        HeloReply = new FixedReply(250, default, Hostname);
        EhloReply = new FixedReply(250, default, EhloText(offerStartTls: false));
        EhloReplyWithStartTls = new FixedReply(250, default, EhloText(offerStartTls: true));
        IdleTimeout = Milliseconds(options.IdleTimeout);
        TransactionTimeout = Milliseconds(options.TransactionTimeout);
        DataRateGrace = Milliseconds(options.DataRateGrace);
    }

    public SmtpSessionOptions Options { get; }

    public byte[] Hostname { get; }

    public FixedReply Greeting { get; }

    public FixedReply HeloReply { get; }

    public FixedReply EhloReply { get; }

    public FixedReply EhloReplyWithStartTls { get; }

    /// <summary>0 for no limit.</summary>
    public long IdleTimeout { get; }

    /// <summary>0 for no limit.</summary>
    public long TransactionTimeout { get; }

    public long DataRateGrace { get; }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private byte[] EhloText(bool offerStartTls)
    {
        var size = Options.MaxMessageSize.ToString(CultureInfo.InvariantCulture);
        var startTls = offerStartTls ? "\nSTARTTLS" : string.Empty;
        return Encoding.UTF8.GetBytes(
            $"{Options.Hostname}\nPIPELINING\nSIZE {size}\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES\nDSN{startTls}\nHELP");
    }
}
