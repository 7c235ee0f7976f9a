using System.Text;
using SmartSink.Smtp.Addresses;

namespace SmartSink.TrafficGen.Generating;

/// <summary>The recipients of a file, an address a line, taken in turn.</summary>
internal sealed class RecipientList
{
    private readonly (byte[] Address, int Domain)[] _recipients;

    private RecipientList((byte[] Address, int Domain)[] recipients) => _recipients = recipients;

    /// <summary>A recipient of the run, from 0 on, with the index of its domain; after the last comes the first.</summary>
    public (byte[] Address, int Domain) this[long number] => _recipients[number % _recipients.Length];

    /// <summary>Reads what --recipients names; null without it.</summary>
    /// <exception cref="TrafficException">The file cannot be read or has no recipient.</exception>
    public static RecipientList? Read(TrafficOptions options)
    {
        if (options.RecipientsFile is not { } path)
        {
            return null;
        }

        try
        {
            var suffix = string.IsNullOrEmpty(options.DomainSuffix) ? string.Empty : "." + options.DomainSuffix.TrimStart('.');
            var domains = options.Domains.Select((domain, place) => (domain.Name, place)).ToDictionary(domain => domain.Name, domain => domain.place, StringComparer.Ordinal);
            (byte[], int)[] recipients = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).Select(line =>
            {
                var (local, written, normal) = Parts(line);
                return (Encoding.UTF8.GetBytes(local + written + suffix), domains[normal]);
            })];
            return recipients.Length > 0 ? new RecipientList(recipients) : throw new TrafficException($"{path}: no recipient in it");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TrafficException($"{path}: {exception.Message}", exception);
        }
    }

    // The domain as it is written, with A-labels unless it is ASCII, and as the options name it.
    private static (string LocalPart, string Written, string Normal) Parts(string address)
    {
        var start = address.LastIndexOf('@') + 1;
        var domain = address[start..];
        var normal = DomainName.TryNormalize(domain, out var found) ? found : domain;
        return (address[..start], Ascii.IsValid(domain) ? domain : normal, normal);
    }
}
