using System.Globalization;
using SmartSink.Policy.Model;
using SmartSink.Shared;

namespace SmartSink.Policy.Files;

/// <summary>What texts of a policy's keys mean, or else the problem as a sentence.</summary>
internal static class ValueForms
{
    /// <summary>Answers of one <c>sequence</c>.</summary>
    public const int LongestSequence = 1_000;

    private const int CodeLength = 3;
    private const double WidestSpread = 5;
    private const string Throttles = " throttled";
    private const string LogNormal = "lognormal(";

    public static (TimeSpan Value, string? Problem) Time(string key, string text, bool isZeroGood = false)
    {
        var good = Times.TryParse(text, out var time);
        return good && (isZeroGood || time > TimeSpan.Zero) ? (time, null)
            : (time, good ? $"{key} = \"{text}\" is out of range; it must be more than 0" : $"{key} = \"{text}\" is not a time such as \"30s\", \"5m\" or \"12h\", of at most 24 days");
    }

    public static (Rate Value, string? Problem) Rate(string key, string text) => Rate(key, text, text, "rate such as \"100/min\", \"2000/h\" or \"5/s\"");

    public static (Rate Value, string? Problem) Throttled(string key, string text) => text.Contains(Throttles, StringComparison.Ordinal)
        ? Rate(key, text, text.Replace(Throttles, string.Empty, StringComparison.Ordinal), "number of throttled recipients in a time such as \"5 throttled/min\"")
        : (default, $"{key} = \"{text}\" is not a number of throttled recipients in a time such as \"5 throttled/min\"");

    public static (double Value, string? Problem) Percent(string key, string text, bool isZeroGood = false) => Percents.TryParse(text, out var percent)
        ? (percent, CheckPercent(key, percent, isZeroGood))
        : (percent, $"{key} = \"{text}\" is not a percentage {RangeOf(isZeroGood)} such as \"10%\"");

    public static string? CheckPercent(string key, double percent, bool isZeroGood = false) =>
        percent is >= 0 and <= 100 && (isZeroGood || percent > 0) ? null : FormattableString.Invariant($"{key} = {percent} is not a percentage {RangeOf(isZeroGood)}");

    public static (Delay Value, string? Problem) Delay(string key, string text)
    {
        if (TryDelay(text) is not { } delay)
        {
            return (default, $"{key} = \"{text}\" is not a delay such as \"20ms\", \"5ms..30ms\" or \"lognormal(50ms, 0.5)\"");
        }

        return delay switch
        {
            { Kind: DelayKind.Range } when delay.First > delay.Second => (delay, $"{key} = \"{text}\" begins with the longer of both delays"),
            { Kind: DelayKind.LogNormal, Second: <= 0 or > WidestSpread } => (delay, $"{key} = \"{text}\" has a spread that is not more than 0 and at most {WidestSpread}"),
            _ when Math.Max(delay.First, delay.Kind == DelayKind.Range ? delay.Second : 0) > Model.Delay.Longest => (delay, $"{key} = \"{text}\" is longer than 10 minutes"),
            _ => (delay, null),
        };
    }

    /// <summary>A reply with its code in front.</summary>
    public static (ReplyEntry? Value, string? Problem) Reply(string key, Setting<string> given)
    {
        var text = given.Value;
        if (text.Length < CodeLength
            || !int.TryParse(text.AsSpan(0, CodeLength), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            || (text.Length > CodeLength && text[CodeLength] is not (' ' or '-')))
        {
            return (null, $"{key} = \"{text}\" is not a reply such as \"451 4.7.1 Try again later\"");
        }

        return code is >= 400 and <= 599
            ? (new ReplyEntry(given.Place) { Code = new Setting<long>(code, given.Place), Text = given with { Value = text.Length > CodeLength ? text[(CodeLength + 1)..] : string.Empty } }, null)
            : (null, $"{key} has a reply of code {code}; it must be 400 to 599");
    }

    // The end of the last line of a text in three quotes is no line of its own.
    public static (string Value, string? Problem) Banner(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        return (lines.TrimEnd('\n'), text.Length <= PolicyKeys.LongestBanner && lines.All(character => character is '\n' or (>= ' ' and <= '~'))
            ? null
            : $"banner must be printable ASCII text of at most {PolicyKeys.LongestBanner} characters");
    }

    public static (DomainKey Value, string? Problem) Domain(string text) =>
        (DomainKey.TryRead(text, out var key) ? key : default, key != default || text == "*" ? null : $"\"{text}\" is neither a domain name nor a pattern such as {DomainKey.Examples}");

    /// <summary>When something begins: the first three of a <see cref="RuleTime"/>.</summary>
    public static (RuleTime Value, string? Problem) Moment(string key, string text) => text switch
    {
        ['+', .. var behind] when Times.TryParse(behind, out var after) => (RuleTime.Always with { AfterStart = after }, null),
        _ when TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) =>
            (RuleTime.Always with { AfterStart = null, TimeOfDay = time }, null),
        _ when HasZone(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) => (RuleTime.Always with { AfterStart = null, At = at }, null),
        _ => (RuleTime.Always, $"{key} = \"{text}\" is neither a time after the start such as \"+10m\", nor a time of day in UTC such as \"14:30\", nor an RFC 3339 time such as \"2026-03-07T14:30:00Z\""),
    };

    private static string RangeOf(bool isZeroGood) => isZeroGood ? "from 0 to 100" : "of more than 0 and at most 100";

    private static bool HasZone(string text) =>
        text.Length >= 20 && text[4] == '-' && text[10] is 'T' or 't' or ' ' && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-');

    private static Delay? TryDelay(string text)
    {
        if (text.StartsWith(LogNormal, StringComparison.Ordinal) && text.EndsWith(')') && text[LogNormal.Length..^1].Split(',') is [var median, var spread])
        {
            return Times.TryParse(median.Trim().Trim('"'), out var middle) && middle > TimeSpan.Zero && Quantity.TryParse(spread.Trim(), out var sigma)
                ? new Delay(DelayKind.LogNormal, middle.TotalMilliseconds, (double)sigma)
                : null;
        }

        if (text.Split("..") is [var from, var to])
        {
            return Times.TryParse(from, out var shortest) && Times.TryParse(to, out var longest)
                ? new Delay(DelayKind.Range, shortest.TotalMilliseconds, longest.TotalMilliseconds)
                : null;
        }

        return Times.TryParse(text, out var time) ? new Delay(time == TimeSpan.Zero ? DelayKind.None : DelayKind.Fixed, time.TotalMilliseconds) : null;
    }

    private static (Rate Value, string? Problem) Rate(string key, string given, string text, string wanted)
    {
        if (!Rates.TryParse(text, out var count, out var period))
        {
            return (default, $"{key} = \"{given}\" is not a {wanted}");
        }

        return count is >= 1 and <= int.MaxValue && decimal.IsInteger(count)
            ? (new Rate((int)count, period), null)
            : (default, $"{key} = \"{given}\" is out of range; it must be a whole number of at least 1 in a time");
    }
}
