using SmartSink.Smtp.Replies;

namespace SmartSink.TrafficGen.Messages;

/// <summary>
/// Words in lines, made once by the seed; a message's text is a part of it that begins at one of the lines and goes round as often as
/// its size needs. No line starts with a dot, so the text is the same with and without dot-stuffing.
/// </summary>
internal sealed class TextPool
{
    /// <summary>Small enough to stay in the processor's cache.</summary>
    private const int Size = 128 * 1024;

    private const int LineLength = 76;
    private const int LongestWord = 10;

    private readonly byte[] _text;
    private readonly int[] _lines;

    public TextPool(ulong seed)
    {
        var random = new RandomStream(seed, -1);
        var text = new ReplyBuffer(Size + LineLength);
        var lines = new List<int>();
        while (text.Length < Size)
        {
            lines.Add(text.Length);
            WriteLine(ref random, text);
        }

        _text = text.Pending.ToArray();
        _lines = [.. lines];
    }

    /// <summary>Draws the place where a message's text begins.</summary>
    public int DrawStart(ref RandomStream random) => _lines[random.Next(_lines.Length)];

    /// <summary>The text from a place on, as far as it goes without a break.</summary>
    public ReadOnlyMemory<byte> From(int place, int most) => _text.AsMemory(place, Math.Min(most, _text.Length - place));

    /// <summary>The place after a part of the text.</summary>
    public int After(int place, int taken) => (place + taken) % _text.Length;

    /// <summary>Whether a text of that length would end between CR and LF.</summary>
    public bool CutsLineEnd(int place, int length) => _text[After(place, length - 1)] == '\r';

    private static void WriteLine(ref RandomStream random, ReplyBuffer text)
    {
        var end = text.Length + LineLength - LongestWord;
        while (true)
        {
            for (var letters = 2 + random.Next(LongestWord - 2); letters > 0; letters--)
            {
                text.Write((byte)('a' + random.Next(26)));
            }

            if (text.Length >= end)
            {
                text.Write("\r\n"u8);
                return;
            }

            text.Write((byte)' ');
        }
    }
}
