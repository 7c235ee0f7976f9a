using System.Runtime.InteropServices;

namespace SmartSink.TrafficGen.Generating;

/// <summary>Messages in files: one in each file of a folder, or many in an mbox file (RFC 4155).</summary>
internal static class MessageFiles
{
    private static ReadOnlySpan<byte> Separator => "From "u8;

    /// <summary>Reads messages, none of them empty; a folder's files in the order of their names.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="split">Whether a file that begins with "From " is an mbox; otherwise it is one message.</param>
    public static IEnumerable<byte[]> Read(string path, bool split) =>
        FilesAt(path).Select(File.ReadAllBytes)
            .SelectMany(text => split && text.AsSpan().StartsWith(Separator) ? Split(text) : [text])
            .Where(message => message.Length > 0);

    private static IEnumerable<string> FilesAt(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];

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
