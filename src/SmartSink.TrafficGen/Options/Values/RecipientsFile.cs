using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.TrafficGen.Options.Values;

/// <summary>A file with an address a line; empty lines are passed over.</summary>
internal static class RecipientsFile
{
    /// <summary>Its addresses in their order, at least one.</summary>
    /// <param name="file">The path.</param>
    /// <param name="utf8">Whether local parts may hold more than ASCII.</param>
    /// <exception cref="FormatException">A line is no address, or there is none.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<ListedRecipient> Read(string file, bool utf8)
    {
        var recipients = new List<ListedRecipient>();
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            var address = line.Trim();
            if (address.Length == 0)
            {
                continue;
            }

            var at = address.LastIndexOf('@');
            if (at < 1 || !IsLocalPart(address[..at]) || !DomainName.TryNormalize(address[(at + 1)..], out var domain))
            {
                throw new FormatException($"{file}({number}): \"{address}\" is not an address");
            }

            if (!utf8 && !Ascii.IsValid(address.AsSpan(0, at)))
            {
                throw new FormatException($"{file}({number}): \"{address}\" goes beyond ASCII before its @, which needs {FlagNames.SmtpUtf8}");
            }

            var written = address[(at + 1)..];
            recipients.Add(new ListedRecipient(address[..at], Ascii.IsValid(written) ? written : domain, domain));
        }

        return recipients.Count > 0 ? recipients : throw new FormatException($"{file} holds no address");
    }

    private static bool IsLocalPart(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return LocalPart.Measure(bytes) == bytes.Length && !text.Any(char.IsControl);
    }
}
