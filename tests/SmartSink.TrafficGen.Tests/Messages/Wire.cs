using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Messages;

namespace SmartSink.TrafficGen.Tests.Messages;

/// <summary>What goes over the wire after DATA.</summary>
internal static class Wire
{
    /// <summary>A generated message.</summary>
    public static byte[] Of(MessageGenerator generator, Draft draft)
    {
        var output = new ReplyBuffer();
        output.Write(draft.Header.Pending);
        for (var sent = 0; sent < draft.TextLength;)
        {
            var part = generator.Text(draft, sent, 1000);
            output.Write(part.Span);
            sent += part.Length;
        }

        generator.WriteEnd(draft, output);
        return output.Pending.ToArray();
    }

    /// <summary>The message, an octet a character; its end of data has to be the wire's end (RFC 5321 section 4.5.2).</summary>
    public static string Message(ReadOnlySpan<byte> wire)
    {
        var lines = Encoding.Latin1.GetString(wire).Split("\r\n");
        Array.IndexOf(lines, ".").ShouldBe(lines.Length - 2);
        lines[^1].ShouldBeEmpty();
        return string.Concat(lines[..^2].Select(line => (line.StartsWith('.') ? line[1..] : line) + "\r\n"));
    }
}
