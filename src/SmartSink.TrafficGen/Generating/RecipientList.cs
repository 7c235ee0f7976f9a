using System.Text;

namespace SmartSink.TrafficGen.Generating;

/// <summary>Recipients that were listed, taken in turn.</summary>
internal sealed class RecipientList
{
    private readonly (byte[] Address, int Domain)[] _recipients;

    private RecipientList((byte[] Address, int Domain)[] recipients) => _recipients = recipients;

    /// <summary>A recipient of the run, from 0 on, with the index of its domain; after the last comes the first.</summary>
    public (byte[] Address, int Domain) this[long number] => _recipients[number % _recipients.Length];

    /// <summary>Those of the options with the suffix behind them; null when none are listed.</summary>
    public static RecipientList? Of(TrafficOptions options)
    {
        if (options.Recipients.Count == 0)
        {
            return null;
        }

        var domains = options.Domains.Select((domain, index) => (domain.Name, index)).ToDictionary(StringComparer.Ordinal);
        return new RecipientList(
        [
            .. options.Recipients.Select(recipient =>
                (Encoding.UTF8.GetBytes($"{recipient.LocalPart}@{recipient.Written}{options.SuffixWithDot}"), domains[recipient.Domain])),
        ]);
    }
}
