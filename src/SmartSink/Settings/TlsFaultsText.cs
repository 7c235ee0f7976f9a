using System.Globalization;
using SmartSink.Tls;

namespace SmartSink.Settings;

/// <summary>
/// Faults of TLS and their percentages: <c>expired=5,no-answer=0.5,wrong-name@mx.example=100,seed=42</c>. What is said of a server's name
/// holds for handshakes that ask for it, in place of what is said of all.
/// </summary>
internal static class TlsFaultsText
{
    private const string Seed = "seed";

    /// <summary>Reads a list; the empty one means no faults.</summary>
    public static bool TryParse(string text, out TlsFaultRates value)
    {
        value = TlsFaultRates.None;
        var forAll = new TlsFaultShares();
        var byName = new ServerNameTable<TlsFaultShares>();
        int? seed = null;
        foreach (var part in text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [var what, var number])
            {
                return false;
            }

            if (what == Seed && seed is null && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var given))
            {
                seed = given;
            }
            else if (!TryShare(what, number, forAll, byName))
            {
                return false;
            }
        }

        value = new TlsFaultRates(forAll, byName, text, seed);
        return true;
    }

    private static bool TryShare(string what, string number, TlsFaultShares forAll, ServerNameTable<TlsFaultShares> byName)
    {
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) || what.Split('@') is not [var word, .. { Length: <= 1 } names])
        {
            return false;
        }

        var fault = TlsFaults.Read(word);
        if (names is not [var name])
        {
            return fault != TlsFault.None && forAll.TryAdd(fault, percent);
        }

        // The keyword and the reply to STARTTLS go out before the client asks for a name.
        if (!TlsFaults.IsInHandshake(fault) || !HostnameText.TryParse(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name, out _))
        {
            return false;
        }

        if (!byName.TryGet(name, out var shares))
        {
            shares = new TlsFaultShares();
            byName.TryAdd(name, shares);
        }

        return shares.TryAdd(fault, percent);
    }
}
