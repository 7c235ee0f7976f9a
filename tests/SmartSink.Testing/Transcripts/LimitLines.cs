using System.Globalization;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Testing.Transcripts;

/// <summary>The <c>LIMIT name value</c> lines of a transcript. Without any, the server has its defaults and offers STARTTLS.</summary>
internal sealed class LimitLines
{
    /// <summary>The server's name in all transcripts.</summary>
    public const string Hostname = "mx.sink.test";

    private static readonly SmtpSessionOptions Defaults = new() { Hostname = Hostname };

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Adds a line.</summary>
    /// <exception cref="FormatException">It is badly written or stands twice.</exception>
    public void Add(string text)
    {
        if (text.Split(' ') is not [var name, var value] || !_values.TryAdd(name, value))
        {
            throw new FormatException("expected LIMIT name value, each name once");
        }
    }

    /// <summary>The options they make for a server with these extensions and mechanisms.</summary>
    /// <exception cref="FormatException">A name is unknown or a value is none.</exception>
    public SmtpSessionOptions ToOptions(SmtpExtensions extensions, IReadOnlyList<AuthMechanism> mechanisms)
    {
        var options = new SmtpSessionOptions
        {
            Hostname = Hostname,
            OfferStartTls = Take("starttls", true, Switch),
            RequireTls = Take("tls-required", false, Switch),
            Strict = Take("strict", false, Switch),
            RefuseEhlo = Take("ehlo", true, Switch) is false,
            ReplyFaults = Take<IReplyFaultSource?>("reply-fault", null, text => new OneReplyFault(Enum.Parse<ReplyFault>(text.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true))),
            Protocol = Take("protocol", MailProtocol.Smtp, text => Enum.Parse<MailProtocol>(text, ignoreCase: true)),
            Extensions = (SmtpExtensions.Default | (Take("xclient", false, Switch) ? SmtpExtensions.Xclient : SmtpExtensions.None) | Take("extensions", SmtpExtensions.None, Keywords))
                & ~Take("hide", SmtpExtensions.None, Keywords) & extensions,
            Auth = new AuthOptions
            {
                Mode = Take("auth", Defaults.Auth.Mode, text => Enum.Parse<AuthMode>(text, ignoreCase: true)),
                AllowCleartext = Take("auth-cleartext", false, Switch),
                Mechanisms = [.. Take("auth-mechanisms", AuthMechanisms.All, text => AuthMechanisms.TryParse(text, out var names) ? names : throw new FormatException($"no such mechanisms: {text}")).Intersect(mechanisms)],
                Judge = Take<ICredentialJudge>("auth-user", AnyCredentials.Instance, OneUser.Parse),
            },
            MaxRecipients = Take("max-recipients", Defaults.MaxRecipients, Number),
            MaxMessages = Take("max-messages", Defaults.MaxMessages, Number),
            MaxErrors = Take("max-errors", Defaults.MaxErrors, Number),
            MaxMessageSize = Take("max-message-size", Defaults.MaxMessageSize, text => long.Parse(text, CultureInfo.InvariantCulture)),
            MinDataRate = Take("min-data-rate", Defaults.MinDataRate, Number),
            DataRateGrace = Take("data-rate-grace", Defaults.DataRateGrace, TimeText.Parse),
            IdleTimeout = Take("idle-timeout", Defaults.IdleTimeout, TimeText.Parse),
            TransactionTimeout = Take("transaction-timeout", Defaults.TransactionTimeout, TimeText.Parse),
        };
        return _values.Count == 0 ? options : throw new FormatException($"unknown limit '{_values.Keys.First()}'");
    }

    private T Take<T>(string name, T otherwise, Func<string, T> parse) => _values.Remove(name, out var text) ? parse(text) : otherwise;

    private static SmtpExtensions Keywords(string text) =>
        ExtensionKeywords.TryParse(text, out var extensions) ? extensions : throw new FormatException($"no such keywords: {text}");

    private static bool Switch(string text) => text switch { "on" => true, "off" => false, _ => throw new FormatException($"'{text}' is not on or off") };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Spans of time as transcripts write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>0s</c>.</summary>
internal static class TimeText
{
    public static TimeSpan Parse(string text)
    {
        var unit = text.TrimStart("0123456789".ToCharArray());
        var number = long.Parse(text.AsSpan(0, text.Length - unit.Length), CultureInfo.InvariantCulture);
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => throw new FormatException($"unknown unit of time '{unit}'"),
        };
    }
}
