using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>Remembers the keys read lately: a long document repeats a few of them again and again, and needs each as a string once.</summary>
internal sealed class KeyNames
{
    private const int Slots = 64;
    private const int LongestRemembered = 32;

    private readonly string?[] _names = new string?[Slots];

    /// <summary>The string of a bare key.</summary>
    public string Get(ReadOnlySpan<byte> ascii)
    {
        if (ascii.Length > LongestRemembered)
        {
            return Encoding.ASCII.GetString(ascii);
        }

        ref var name = ref _names[((ascii[0] * 31) + (ascii[^1] * 7) + ascii.Length) % Slots];
        if (name is null || !Ascii.Equals(ascii, name))
        {
            name = Encoding.ASCII.GetString(ascii);
        }

        return name;
    }
}
