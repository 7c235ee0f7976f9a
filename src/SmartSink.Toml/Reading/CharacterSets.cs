using System.Buffers;

namespace SmartSink.Toml.Reading;

/// <summary>The sets of octets at which scanning stops.</summary>
internal static class CharacterSets
{
    private static readonly byte[] Control = [.. Enumerable.Range(0, 32).Where(b => b != '\t').Select(b => (byte)b), 0x7F];

    /// <summary>What may stand in a bare key.</summary>
    public static readonly SearchValues<byte> BareKey =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"u8);

    /// <summary>Control characters but the tab, line ends included: what ends or breaks a comment.</summary>
    public static readonly SearchValues<byte> CommentStop = SearchValues.Create(Control);

    /// <summary>What ends, breaks or interrupts a basic string.</summary>
    public static readonly SearchValues<byte> BasicStringStop = SearchValues.Create([.. Control, (byte)'"', (byte)'\\']);

    /// <summary>What ends or breaks a literal string.</summary>
    public static readonly SearchValues<byte> LiteralStringStop = SearchValues.Create([.. Control, (byte)'\'']);

    /// <summary>What ends a number, a date or a word.</summary>
    public static readonly SearchValues<byte> TokenStop = SearchValues.Create(" \t\r\n,]}#"u8);
}
