using SmartSink.Policy.Decisions;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Limits;

/// <summary>The replies given when a limit is exceeded.</summary>
internal static class LimitReplies
{
    private static readonly PolicyReply TooManyMessages = BuiltIn("4.7.0 Too many messages on this connection");

    private static readonly PolicyReply NoService = BuiltIn("4.7.0 Too many connections or messages from your network, try again later");

    private static readonly PolicyReply TooManyRecipients = BuiltInReplies.Of(ReplyLabel.TooManyRecipients);

    /// <summary>The reply to a recipient.</summary>
    public static PolicyReply Of(ProviderLimit limit, ProviderBehaviour provider, ulong draw) => limit switch
    {
        ProviderLimit.RecipientsPerMessage => provider.Throttles.PickOwn(limit, draw) ?? TooManyRecipients,
        ProviderLimit.Block or ProviderLimit.Unknown => provider.Limits?.Block?.Reply ?? provider.Throttles.Pick(limit, draw),

        // Some providers use another code and keep the connection open, as NetEase does with 450; without a configured reply, only 421 says
        // that the connection is used up.
        ProviderLimit.MessagesPerConnection => provider.Throttles.PickOwn(limit, draw) ?? (provider.Throttles.Pick(limit, draw) is { Reply.Code: 421 } closing ? closing : TooManyMessages),
        _ => provider.Throttles.Pick(limit, draw),
    };

    /// <summary>The reply instead of a greeting: RFC 5321 section 4.3.2 allows 421 and 554 there.</summary>
    public static PolicyReply AtGreeting(ProviderLimit limit, ProviderBehaviour provider, ulong draw) =>
        Of(limit, provider, draw) is { Reply.Code: 421 or 554 } reply ? reply : NoService;

    private static PolicyReply BuiltIn(string text) => new(ReplyFactory.Create(421, text, label: ReplyLabel.RateLimit), Stage.Rcpt);
}
