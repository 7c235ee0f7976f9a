using System.Net;

namespace SmartSink.Telemetry;

/// <summary>What became of mail, ids 240 to 259. At Debug: a sink takes tens of thousands of messages a second.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(240, LogLevel.Debug, "Message {Id} of {Client} from <{Sender}>: {Outcome} {Code}, {Recipients} recipients, {Size} octets, {Milliseconds} ms", SkipEnabledCheck = true)]
    public static partial void MessageEnded(this ILogger log, string id, IPAddress? client, string sender, string outcome, int code, int recipients, long size, double milliseconds);

    [LoggerMessage(244, LogLevel.Debug, "Message {Id} of {User} at {Client} from <{Sender}>: {Outcome} {Code}, {Recipients} recipients, {Size} octets, {Milliseconds} ms", SkipEnabledCheck = true)]
    public static partial void MessageOfUserEnded(
        this ILogger log, string id, string user, IPAddress? client, string sender, string outcome, int code, int recipients, long size, double milliseconds);

    [LoggerMessage(241, LogLevel.Debug, "Refused {Client} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>: {Reply}", SkipEnabledCheck = true)]
    public static partial void Refused(this ILogger log, IPAddress? client, string stage, string id, string sender, string recipient, string reply);

    [LoggerMessage(243, LogLevel.Debug, "Refused {Client} on its way to {Destination} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>: {Reply}", SkipEnabledCheck = true)]
    public static partial void RefusedOnItsWay(
        this ILogger log, IPAddress? client, IPAddress destination, string stage, string id, string sender, string recipient, string reply);

    [LoggerMessage(245, LogLevel.Debug, "Refused {User} at {Client} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>: {Reply}", SkipEnabledCheck = true)]
    public static partial void RefusedUser(this ILogger log, string user, IPAddress? client, string stage, string id, string sender, string recipient, string reply);

    [LoggerMessage(246, LogLevel.Debug, "Refused {User} at {Client} on its way to {Destination} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>: {Reply}", SkipEnabledCheck = true)]
    public static partial void RefusedUserOnItsWay(
        this ILogger log, string user, IPAddress? client, IPAddress destination, string stage, string id, string sender, string recipient, string reply);

    [LoggerMessage(250, LogLevel.Debug, "{Client} speaks for another: {Attributes}", SkipEnabledCheck = true)]
    public static partial void ClientIntroduced(this ILogger log, IPAddress? client, string attributes);

    [LoggerMessage(242, LogLevel.Debug, "Authentication of {Client} as {User} by {Mechanism}: {Result}", SkipEnabledCheck = true)]
    public static partial void Authenticated(this ILogger log, IPAddress? client, string user, string mechanism, string result);
}
