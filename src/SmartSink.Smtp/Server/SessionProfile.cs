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
        Extensions = Consistent(options);
        EhloReply = new FixedReply(250, default, EhloText.Of(options, Extensions & ~SmtpExtensions.StartTls));
        EhloReplyWithStartTls = new FixedReply(250, default, EhloText.Of(options, Extensions));
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

    /// <summary>What is offered, each extension only with the one that it needs.</summary>
    public SmtpExtensions Extensions { get; }

    /// <summary>0 for no limit.</summary>
    public long IdleTimeout { get; }

    /// <summary>0 for no limit.</summary>
    public long TransactionTimeout { get; }

    public long DataRateGrace { get; }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static SmtpExtensions Consistent(SmtpSessionOptions options)
    {
        var without = options.OfferStartTls ? SmtpExtensions.None : SmtpExtensions.StartTls;
        if ((options.Extensions & SmtpExtensions.Chunking) == SmtpExtensions.None)
        {
            without |= SmtpExtensions.BinaryMime;
        }

        return options.Extensions & ~without;
    }
}
