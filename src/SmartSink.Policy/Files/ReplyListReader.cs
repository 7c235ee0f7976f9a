using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Policy.Toml;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Files;

/// <summary>Reads the lists under <c>bounce</c>, <c>defer</c>, <c>tls</c> and <c>throttle</c>.</summary>
internal static class ReplyListReader
{
    public static IEnumerable<ReplyList> ReadAll(TomlEntry entry, ReplyKind kind, ValueReader values)
    {
        if (entry.Value is not TomlTable table)
        {
            values.Diagnostics.Error(
                values.PlaceOf(entry.KeyPosition), $"replies belong to a domain or to \"*\": [[{entry.Key}.\"example.com\"]]; a rate for all domains belongs in [default]");
            yield break;
        }

        foreach (var item in table.Entries)
        {
            var place = values.PlaceOf(item.KeyPosition);
            if (item.Value is TomlTable { Entries: [var inner, ..] } && inner.Value is TomlArray or TomlTable)
            {
                values.Diagnostics.Error(place, $"a domain's name needs quotes: [[{entry.Key}.\"{item.Key}.{inner.Key}\"]]");
            }
            else if (item.Value is not TomlArray list)
            {
                values.Diagnostics.Error(place, $"replies need double brackets: [[{entry.Key}.\"{item.Key}\"]]");
            }
            else if (list.Items.Count == 0)
            {
                values.Diagnostics.Error(place, $"{entry.Key}.\"{item.Key}\" has no replies");
            }
            else if (!DomainKey.TryRead(item.Key, out var name))
            {
                values.Diagnostics.Error(place, $"\"{item.Key}\" is neither a domain name, nor a pattern such as {DomainKey.Examples}, nor \"*\"");
            }
            else
            {
                yield return new ReplyList(kind, new Setting<DomainKey>(name, place), ReadReplies(list, kind, item.Key, values));
            }
        }
    }

    private static List<ReplyEntry> ReadReplies(TomlArray list, ReplyKind kind, string title, ValueReader values)
    {
        var replies = new List<ReplyEntry>(list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is TomlTable table)
            {
                replies.Add(ReadReply(table, kind, values));
            }
            else
            {
                values.Diagnostics.Error(
                    values.PlaceOf(list.Items[i].Position), $"each reply of \"{title}\" must be a table with code and msg, not {ValueReader.NameOf(list.Items[i])}");
            }
        }

        return replies;
    }

    private static ReplyEntry ReadReply(TomlTable table, ReplyKind kind, ValueReader values)
    {
        var reply = new ReplyEntry(values.PlaceOf(table.Position));
        foreach (var item in table.Entries)
        {
            switch (item.Key)
            {
                case "code":
                    reply.Code = values.Integer(item);
                    break;
                case "msg":
                    reply.Text = values.Lines(item);
                    break;
                case "label":
                    reply.Label = ReadWord<ReplyLabel>(item, ReplyLabels.Words, values);
                    break;
                case "weight":
                    reply.Weight = values.Number(item);
                    break;
                case "stage":
                    reply.Stage = ReadWord<Stage>(item, PolicyKeys.Stages, values);
                    break;
                case "close":
                    reply.Close = values.Boolean(item);
                    break;
                case "text":
                    reply.HasText = values.Boolean(item);
                    break;
                case "encoding":
                    reply.Encoding = ReadWord<TextEncoding>(item, TextEncodings.Words, values);
                    break;
                case "class":
                    reply.Lies = ReadClass(item, values);
                    break;
                case "limit" when kind == ReplyKind.Throttle:
                    reply.Limit = values.Parse(item, text => (text, PolicyKeys.LimitWords.Contains(text) ? null : $"unknown limit \"{text}\"{ValueReader.Hint(text, PolicyKeys.LimitWords)}"));
                    break;
                default:
                    values.Unknown(item, "in a reply", kind == ReplyKind.Throttle ? PolicyKeys.Throttle : PolicyKeys.Reply);
                    break;
            }
        }

        // What is there but of the wrong type has been reported as that.
        values.Require(table, "code", "the reply");
        if (reply.HasText is not { Value: false })
        {
            values.Require(table, "msg", "the reply");
        }

        return reply;
    }

    private static Setting<bool>? ReadClass(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        (true, text == PolicyKeys.Lying ? null : $"class = \"{text}\" is not known; it can only be \"{PolicyKeys.Lying}\""));

    /// <summary>One of the words that a key may be, whose order is that of the enum's values.</summary>
    private static Setting<T>? ReadWord<T>(TomlEntry item, IReadOnlyList<string> words, ValueReader values)
        where T : struct, Enum => values.Parse<T>(item, text =>
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] == text)
            {
                return (Enum.GetValues<T>()[i], null);
            }
        }

        return (default, $"unknown {item.Key} \"{text}\"{ValueReader.Hint(text, words)}");
    });
}
