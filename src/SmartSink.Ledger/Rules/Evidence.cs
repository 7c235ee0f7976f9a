using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;

namespace SmartSink.Ledger.Rules;

/// <summary>Figures and examples in words, for what rules find.</summary>
internal static class Evidence
{
    private const double MinuteSeconds = 60;
    private const long LeastMinute = 5_000;

    /// <summary>How long a time was for the provider, in seconds.</summary>
    public static double Seconds(this SenderHistory history, long from, long to) => history.Policy.Seconds(from, to);

    /// <summary>How long those seconds of the provider's time are on the sink's clock as it passes at a moment, in milliseconds, but no less than so many.</summary>
    public static long Milliseconds(this SenderHistory history, long at, double seconds, long least) => Math.Max((long)Math.Ceiling(seconds * 1_000 / history.Policy.At(at).TimeScale), least);

    /// <summary>The moment so many seconds of the provider's time after another, but no less than so many milliseconds: what a sender does takes real time, however fast the provider's passes.</summary>
    public static long After(this SenderHistory history, long from, double seconds, long least = 0) => Math.Max(history.Policy.After(from, seconds), from + least);

    /// <summary>The end of the minute after something.</summary>
    public static long MinuteAfter(this SenderHistory history, long from) => history.After(from, MinuteSeconds, LeastMinute);

    /// <summary>The beginning of the minute before something.</summary>
    public static long MinuteBefore(this SenderHistory history, long to) => Math.Min(history.Policy.After(to, -MinuteSeconds), to - LeastMinute);

    /// <summary>How long the minute after something was for the provider, in words: more than a minute where its time passes fast.</summary>
    public static string MinuteLength(this SenderHistory history, long from) => Length(history.Seconds(from, history.MinuteAfter(from)));

    /// <summary>The provider's name; for none, words.</summary>
    public static string Provider(this SenderHistory history, int provider) =>
        provider >= 0 && provider < history.Providers.Count ? history.Providers[provider] : "no provider";

    /// <summary>A case in point, with the reply's text by its number; -1 for none.</summary>
    public static ReportExample Example(this SenderHistory history, RuleContext context, long at, string text, int reply = -1) =>
        new(context.TimeOf(at), text, reply >= 0 && reply < history.Replies.Count ? Filled(history.Replies[reply], history.Sender.Client) : null);

    /// <summary><c>250 ms</c>, <c>1.5 s</c>, <c>12 s</c>, <c>5 min</c>, <c>1.5 h</c>.</summary>
    public static string Length(double seconds) => seconds switch
    {
        < 0.9995 => $"{Math.Round(seconds * 1_000)} ms",
        < 10 => $"{Math.Round(seconds, 1)} s",
        < 119.5 => $"{Math.Round(seconds)} s",
        < 5_400 => $"{Math.Round(seconds / 60, seconds < 600 ? 1 : 0)} min",
        < 172_800 => $"{Math.Round(seconds / 3_600, 1)} h",
        _ => $"{Math.Round(seconds / 86_400, 1)} days",
    };

    /// <summary>Of the whole, 0 to 100; 0 of nothing.</summary>
    public static double Percent(long part, long whole) => whole == 0 ? 0 : 100.0 * part / whole;

    /// <summary><c>3 of 120 recipients (2.5 %)</c>.</summary>
    public static string Share(long part, long whole, string noun) => $"{part:N0} of {Count(whole, noun)} ({Math.Round(Percent(part, whole), 1)} %)";

    /// <summary><c>1 connection</c>, <c>1,200 connections</c>.</summary>
    public static string Count(long count, string noun, string? nouns = null) => count == 1 ? $"1 {noun}" : $"{count:N0} {nouns ?? noun + "s"}";

    /// <summary><c>1 message</c>, <c>8.4 messages</c>.</summary>
    public static string Average(double average, string noun, string? nouns = null) => Math.Round(average, 1) is var rounded && rounded == 1 ? $"1 {noun}" : $"{rounded} {nouns ?? noun + "s"}";

    /// <summary><c>message 17</c>; of a number that is not known, words.</summary>
    public static string NameOf(long number) => number < 0 ? "a message" : $"message {number}";

    /// <summary>Fail or warn from these figures on, upwards.</summary>
    public static Verdict Above(double value, double warn, double fail) => value > fail ? Verdict.Fail : value > warn ? Verdict.Warn : Verdict.Pass;

    // A reply is kept as the policy writes it. Of what stands in its braces only the client is known, and of a client of IPv6 only its network.
    private static string Filled(string reply, string client) =>
        client.EndsWith("/32", StringComparison.Ordinal) && !client.Contains(':', StringComparison.Ordinal) ? reply.Replace("{client_ip}", client[..^3], StringComparison.Ordinal) : reply;
}
