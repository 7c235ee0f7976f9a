using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartSink.Ledger.Report;

/// <summary>In which form a report is written.</summary>
internal enum ReportFormat
{
    /// <summary>For a terminal or a log.</summary>
    Text,
    Json,

    /// <summary>A page that stands alone: no script, and nothing that is fetched from elsewhere.</summary>
    Html,

    /// <summary>For CI: a suite for each sender, a case for each rule.</summary>
    Junit,
}

/// <summary>Writes reports.</summary>
internal static class ReportFormats
{
    /// <summary>The formats' names, in their order.</summary>
    public static readonly string[] Names = ["text", "json", "html", "junit"];

    private const int UsualWidth = 100;

    /// <summary>How it becomes JSON. Texts are for people, and the answer is never part of a web page.</summary>
    private static readonly ReportJson Json = new(new JsonSerializerOptions(ReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The report as a text that ends with a line break.</summary>
    /// <param name="card">The report.</param>
    /// <param name="format">Its form.</param>
    /// <param name="width">Columns of the text, if it is one; words and replies that are longer go beyond.</param>
    /// <param name="colours">Whether the text goes to a terminal that shows colours.</param>
    public static string Write(ReportCard card, ReportFormat format, int width = UsualWidth, bool colours = false) => format switch
    {
        ReportFormat.Json => JsonSerializer.Serialize(card, Json.ReportCard) + "\n",
        ReportFormat.Html => ReportHtml.Write(card),
        ReportFormat.Junit => ReportJunit.Write(card),
        _ => ReportText.Write(card, width, colours),
    };

    public static string MediaTypeOf(ReportFormat format) => format switch
    {
        ReportFormat.Json => "application/json",
        ReportFormat.Html => "text/html; charset=utf-8",
        ReportFormat.Junit => "application/xml; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };

    public static string WordOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Warn => "warn",
        Verdict.Fail => "fail",
        _ => "not seen",
    };

    /// <summary>The sender in words: <c>192.0.2.1/32, user news</c>.</summary>
    public static string NameOf(SenderReport sender) => sender.User.Length == 0 ? sender.Client : $"{sender.Client}, user {sender.User}";

    /// <summary>What a rule measured: <c>12.5 %</c>, <c>×0.8</c>, <c>3 connections</c>, <c>1 connection</c>; empty for none.</summary>
    public static string NumberOf(RuleReport rule) => rule.Number is not { } number ? string.Empty
        : rule.Unit == "ratio" ? string.Create(CultureInfo.InvariantCulture, $"×{number:0.##}")
        : string.Create(CultureInfo.InvariantCulture, $"{number:#,0.##} {(number == 1 && rule.Unit.Length > 1 ? rule.Unit.TrimEnd('s') : rule.Unit)}").TrimEnd();

    /// <summary>The counts of a sender in words.</summary>
    public static string CountsOf(SenderReport sender) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sender.Accepted:N0} accepted, {sender.Tempfail:N0} temporarily refused, {sender.Permfail:N0} permanently refused, {sender.Connections:N0} connection{(sender.Connections == 1 ? "" : "s")}");

    /// <summary>When the report was made and what it covers; then what the reader must know about all of it.</summary>
    public static IEnumerable<string> RemarksOn(ReportCard card)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"Made on {card.At.UtcDateTime:yyyy-MM-dd} at {card.At.UtcDateTime:HH:mm:ss} UTC; covers {Length(card.At - card.Since)}.");
        if (card.TimeScale != 1)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Durations are in the provider's time, which runs {card.TimeScale:0.##} times as fast (time_scale).");
        }

        if (card.Forgotten > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The ledger was full: the {card.Forgotten:N0} oldest facts were forgotten and are missing from this report. Raise SINK_LEDGER_MEMORY, or clear the ledger before each test.");
        }

        if (card.Senders.Any(sender => sender.Rules.Any(rule => rule.Examples.Any(example => example.Reply?.Contains('{', StringComparison.Ordinal) == true))))
        {
            yield return "Words in braces in a reply, such as {id}, stand for parts that varied from reply to reply.";
        }

        if (card.Senders.Count == 0)
        {
            yield return "No sender to report on: nothing has come in since the ledger was started, or nothing that matches the request.";
        }

        if (card.LeftOut > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{card.LeftOut:N0} more senders with better grades are not shown.");
        }
    }

    /// <summary>A time of day, with its date if that is not the report's.</summary>
    public static string TimeOf(DateTimeOffset at, ReportCard card) =>
        at.UtcDateTime.ToString(at.UtcDateTime.Date == card.At.UtcDateTime.Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A text with its control characters, marks of direction and what else is not seen written as <c>\uXXXX</c>: it cannot end a line, or steer a terminal.</summary>
    public static string Visible(string text) => text.Any(IsHidden) ? string.Concat(text.Select(character => IsHidden(character) ? $"\\u{(int)character:X4}" : character.ToString())) : text;

    private static bool IsHidden(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;

    private static string Length(TimeSpan length) => length switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, length.TotalSeconds):0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{length.Minutes} min {length.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)length.TotalHours} h {length.Minutes} min"),
    };
}

/// <summary>How a report becomes JSON, and is read out of it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReportCard))]
internal sealed partial class ReportJson : JsonSerializerContext;
