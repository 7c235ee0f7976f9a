using System.Text.Unicode;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Generating;

/// <summary>A message that is sent as it stands in a file, but for its line ends.</summary>
/// <param name="Wire">As it goes to the wire, its end of data included if DATA is used.</param>
/// <param name="Size">Its size in octets, stuffed dots and the end of data not counted.</param>
/// <param name="EightBit">Whether it holds octets above 127.</param>
internal sealed record WholeMessage(ReadOnlyMemory<byte> Wire, long Size, bool EightBit)
{
    /// <summary>Reads what --body-file or --replay names; null without either.</summary>
    /// <exception cref="TrafficException">A file cannot be read or holds no message.</exception>
    public static WholeMessage[]? Read(TrafficOptions options)
    {
        if ((options.Replay ?? options.BodyFile) is not { } path)
        {
            return null;
        }

        if (options.Replay is null && Directory.Exists(path))
        {
            throw new TrafficException($"{path}: is a folder; {FlagNames.Replay} sends the messages in one");
        }

        try
        {
            WholeMessage[] messages = [.. MessageFiles.Read(path, split: options.Replay is not null).Select(text => From(text, options.UsesData))];
            if (options.Http is not null && !messages.All(message => Utf8.IsValid(message.Wire.Span)))
            {
                throw new TrafficException($"{path}: holds octets that are not UTF-8, which JSON cannot carry; {FlagNames.Http} cannot send it");
            }

            return messages.Length > 0 ? messages : throw new TrafficException($"{path}: no message in it");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TrafficException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Makes one of a text with any line ends.</summary>
    /// <param name="text">The message.</param>
    /// <param name="usesData">Whether it goes by DATA.</param>
    public static WholeMessage From(ReadOnlySpan<byte> text, bool usesData)
    {
        var lines = LineEnds.ToCrLf(text);
        if (!usesData)
        {
            return new WholeMessage(lines, lines.Length, EightBitIn(lines));
        }

        var wire = new ReplyBuffer(lines.Length + 64);
        DotStuffing.Write(lines, wire);
        DotStuffing.WriteEnd(lines, wire);
        return new WholeMessage(wire.Pending.ToArray(), lines.Length, EightBitIn(lines));
    }

    private static bool EightBitIn(ReadOnlySpan<byte> text) => text.ContainsAnyExceptInRange((byte)0, (byte)127);
}
