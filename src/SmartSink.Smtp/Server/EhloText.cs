using System.Globalization;
using System.Text;
using SmartSink.Smtp.Auth;

namespace SmartSink.Smtp.Server;

/// <summary>The text of the reply to EHLO: the server's name, and a line for each extension (RFC 5321 section 4.1.1.1).</summary>
internal static class EhloText
{
    // The longest interval and the latest moment that can be written (RFC 4865 section 4): what holds nothing can hold it for any time.
    private const string AnyRelease = " 999999999 9999-12-31T23:59:59Z";

    /// <summary>Writes it.</summary>
    /// <param name="hostname">The server's name.</param>
    /// <param name="options">What the extensions' parameters say.</param>
    /// <param name="offered">Which extensions.</param>
    public static byte[] Of(string hostname, SmtpSessionOptions options, SmtpExtensions offered)
    {
        var lines = ExtensionKeywords.All
            .Where(known => (offered & known.Extension) != SmtpExtensions.None)
            .Select(known => known.Keyword + Parameters(known.Extension, options));
        return Encoding.UTF8.GetBytes(string.Join('\n', lines.Prepend(hostname)));
    }

    private static string Parameters(SmtpExtensions extension, SmtpSessionOptions options) => extension switch
    {
        SmtpExtensions.Size => string.Create(CultureInfo.InvariantCulture, $" {options.MaxMessageSize}"),
        SmtpExtensions.Auth => string.Concat(options.Auth.Mechanisms.Select(mechanism => $" {AuthMechanisms.NameOf(mechanism)}")),
        SmtpExtensions.Xclient => " NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
        SmtpExtensions.Limits => Limits(options),
        SmtpExtensions.FutureRelease => AnyRelease,
        _ => string.Empty,
    };

    // RFC 9422 section 4: those that are enforced.
    private static string Limits(SmtpSessionOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(options.MaxMessages > 0 ? $" MAILMAX={options.MaxMessages}" : string.Empty)} RCPTMAX={options.MaxRecipients}");
}
