using System.Runtime.InteropServices;
using System.Text.Unicode;
using SmartSink.Shared;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Messages;

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
            throw new TrafficException($"{path} is a directory; {FlagNames.Replay} sends the messages in one");
        }

        try
        {
            WholeMessage[] messages = [.. MessageFiles.Read(path, split: options.Replay is not null).Select(text => From(text, options.UsesData))];
            if (options.Http is not null && !messages.All(message => Utf8.IsValid(message.Wire.Span)))
            {
                throw new TrafficException($"{path} is not valid UTF-8, which JSON requires; it cannot be sent with {FlagNames.Http}");
            }

            return messages.Length > 0 ? messages : throw new TrafficException($"{path} contains no message");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TrafficException($"{path}: {(exception is UnauthorizedAccessException ? RegularFile.WhyDenied(path) : exception.Message)}", exception);
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

/// <summary>Messages in files: one in each file of a folder, or many in an mbox file (RFC 4155).</summary>
internal static class MessageFiles
{
    /// <summary>The most bytes that all files may have together: messages are kept in memory, ready to be sent.</summary>
    public const long MostBytes = 1_000L * RegularFile.Megabyte;

    /// <summary>The most files of a folder.</summary>
    public const int MostFiles = 1_000_000;

    private static ReadOnlySpan<byte> Separator => "From "u8;

    /// <summary>Reads messages, none of them empty; a folder's files in the order of their names.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="split">Whether a file that begins with "From " is an mbox; otherwise it is one message.</param>
    /// <exception cref="TrafficException">A file cannot be read, or there is too much.</exception>
    public static IEnumerable<byte[]> Read(string path, bool split)
    {
        var bytes = 0L;
        foreach (var file in FilesAt(path))
        {
            var text = ReadFile(file);
            bytes += text.Length;
            if (bytes > MostBytes)
            {
                throw new TrafficException($"{path}: its files are larger than {MostBytes / RegularFile.Megabyte} MB in total, which is the limit");
            }

            foreach (var message in (split && text.AsSpan().StartsWith(Separator) ? Split(text) : [text]).Where(message => message.Length > 0))
            {
                yield return message;
            }
        }
    }

    private static byte[] ReadFile(string file)
    {
        try
        {
            return RegularFile.ReadAllBytes(file, MostBytes);
        }
        catch (FileException exception)
        {
            throw new TrafficException($"{file}: {exception.Message}", exception);
        }
    }

    private static List<string> FilesAt(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        List<string> files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Take(MostFiles + 1)];
        files.Sort(StringComparer.Ordinal);
        return files.Count <= MostFiles ? files : throw new TrafficException($"{path} contains more than {MostFiles} files");
    }

    private static List<byte[]> Split(byte[] mbox)
    {
        var messages = new List<byte[]>();
        var start = 0;
        while (start < mbox.Length)
        {
            var next = FindSeparator(mbox, start + 1);
            var body = mbox.AsSpan(start, next - start);
            var firstLine = body.IndexOf((byte)'\n') + 1;
            messages.Add(Unquote(firstLine == 0 ? default : body[firstLine..]));
            start = next;
        }

        return messages;
    }

    // A separator stands at the start of a line after an empty one.
    private static int FindSeparator(ReadOnlySpan<byte> mbox, int from)
    {
        for (var index = from; index < mbox.Length; index++)
        {
            var found = mbox[index..].IndexOf("\nFrom "u8);
            if (found < 0)
            {
                break;
            }

            index += found;
            if (mbox[..index] is [.., (byte)'\n'] or [.., (byte)'\n', (byte)'\r'])
            {
                return index + 1;
            }
        }

        return mbox.Length;
    }

    // A line of the text that begins with "From " was written with a ">" before it.
    private static byte[] Unquote(ReadOnlySpan<byte> message)
    {
        var text = new List<byte>(message.Length);
        while (message.Length > 0)
        {
            var lineEnd = message.IndexOf((byte)'\n');
            var line = lineEnd < 0 ? message : message[..(lineEnd + 1)];
            message = message[line.Length..];
            var bare = line.TrimStart((byte)'>');
            text.AddRange(bare.StartsWith(Separator) && bare.Length < line.Length ? line[1..] : line);
        }

        // One empty line before the next separator, or at the end of the file, is not the message's.
        var end = CollectionsMarshal.AsSpan(text);
        var emptyLine = end.EndsWith("\n\r\n"u8) || end.SequenceEqual("\r\n"u8) ? 2 : end.EndsWith("\n\n"u8) || end.SequenceEqual("\n"u8) ? 1 : 0;
        text.RemoveRange(text.Count - emptyLine, emptyLine);
        return [.. text];
    }
}

/// <summary>Line ends as SMTP wants them (RFC 5321 section 2.3.8).</summary>
internal static class LineEnds
{
    /// <summary>Makes CRLF of every bare CR and LF, and ends the last line.</summary>
    public static byte[] ToCrLf(ReadOnlySpan<byte> text)
    {
        var lines = new List<byte>(text.Length + (text.Length / 40) + 2);
        for (var index = 0; index < text.Length; index++)
        {
            var octet = text[index];
            if (octet is (byte)'\r' or (byte)'\n')
            {
                lines.AddRange("\r\n"u8);
                index += octet == '\r' && index + 1 < text.Length && text[index + 1] == '\n' ? 1 : 0;
            }
            else
            {
                lines.Add(octet);
            }
        }

        if (lines.Count > 0 && lines[^1] != '\n')
        {
            lines.AddRange("\r\n"u8);
        }

        return [.. lines];
    }
}
