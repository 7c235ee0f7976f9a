using Tomlyn;

namespace SmartSink.Policy.Toml;

internal readonly record struct KeyPart(string Name, TomlPosition Position);

/// <summary>
/// Finds the table that a key or a header adds to, and notes what is defined twice. Tomlyn's own check compares hashes of 32 bits, so in a
/// table of some ten thousand keys it finds duplicates that are none.
/// </summary>
internal static class TomlTables
{
    public const int MaximumDepth = 256;

    public const string TooDeep = "tables and arrays are nested more than 256 levels deep";

    /// <summary>The table that a key's last part belongs to; null, with the mistake noted, if that may not be added there.</summary>
    public static TomlTable? ForKey(List<KeyPart> key, TomlTable table, List<TomlError> errors)
    {
        for (var i = 0; i < key.Count - 1; i++)
        {
            var part = key[i];
            if (!table.TryGetValue(part.Name, out var existing))
            {
                var made = new TomlTable(part.Position, TableOrigin.DottedKey);
                table.Add(part.Name, part.Position, made);
                table = made;
            }
            else if (existing is TomlTable { Origin: TableOrigin.Implicit or TableOrigin.DottedKey } next)
            {
                if (next.Origin == TableOrigin.Implicit)
                {
                    next.Define(TableOrigin.DottedKey, part.Position);
                }

                table = next;
            }
            else
            {
                return Taken(key, i, existing, errors);
            }
        }

        return table.TryGetValue(key[^1].Name, out var taken) ? Taken(key, key.Count - 1, taken, errors) : table;
    }

    /// <summary>The table that a header in single brackets opens; null, with the mistake noted, if it may not.</summary>
    public static TomlTable? ForHeader(List<KeyPart> key, TomlTable root, TomlPosition position, List<TomlError> errors)
    {
        var last = key[^1];
        if (Above(key, root, position, errors) is not { } above)
        {
            return null;
        }

        if (!above.TryGetValue(last.Name, out var existing))
        {
            var table = new TomlTable(position, TableOrigin.Header);
            above.Add(last.Name, last.Position, table);
            return table;
        }

        if (existing is not TomlTable { Origin: TableOrigin.Implicit } implicitTable)
        {
            return Taken(key, key.Count - 1, existing, errors);
        }

        implicitTable.Define(TableOrigin.Header, position);
        return implicitTable;
    }

    /// <summary>The new table that a header in double brackets adds; null, with the mistake noted, if it may not.</summary>
    public static TomlTable? ForArrayHeader(List<KeyPart> key, TomlTable root, TomlPosition position, List<TomlError> errors)
    {
        var last = key[^1];
        if (Above(key, root, position, errors) is not { } above)
        {
            return null;
        }

        TomlArray array;
        if (!above.TryGetValue(last.Name, out var existing))
        {
            array = new TomlArray(position, isOfHeaders: true);
            above.Add(last.Name, last.Position, array);
        }
        else if (existing is TomlArray { IsOfHeaders: true } begun)
        {
            array = begun;
        }
        else
        {
            return Taken(key, key.Count - 1, existing, errors);
        }

        var table = new TomlTable(position, TableOrigin.Header);
        array.Items.Add(table);
        return table;
    }

    /// <summary>Lets nothing be added to a table in braces any more.</summary>
    public static void Close(TomlTable table)
    {
        table.Define(TableOrigin.Inline, table.Position);
        foreach (var entry in table.Entries)
        {
            if (entry.Value is TomlTable { Origin: TableOrigin.DottedKey } inner)
            {
                Close(inner);
            }
        }
    }

    private static TomlTable? Above(List<KeyPart> key, TomlTable table, TomlPosition position, List<TomlError> errors)
    {
        for (var i = 0; i < key.Count - 1; i++)
        {
            var part = key[i];
            if (!table.TryGetValue(part.Name, out var existing))
            {
                var made = new TomlTable(position, TableOrigin.Implicit);
                table.Add(part.Name, part.Position, made);
                table = made;
            }
            else if (existing is TomlTable { Origin: not TableOrigin.Inline } next)
            {
                table = next;
            }
            else if (existing is TomlArray { IsOfHeaders: true } array)
            {
                table = (TomlTable)array.Items[^1];
            }
            else
            {
                return Taken(key, i, existing, errors);
            }
        }

        return table;
    }

    private static TomlTable? Taken(List<KeyPart> key, int part, TomlValue existing, List<TomlError> errors)
    {
        var name = NameOf(key, part + 1);
        var line = existing.Position.Line;
        var isComplete = part < key.Count - 1;
        errors.Add(new TomlError(key[part].Position, existing switch
        {
            TomlTable { Origin: TableOrigin.Header } when isComplete => $"table {name} is defined at line {line}; dotted keys cannot add to it",
            TomlArray { IsOfHeaders: true } when isComplete => $"array of tables {name} is defined at line {line}; dotted keys cannot add to it",
            TomlTable { Origin: TableOrigin.Inline } when isComplete => $"inline table {name} at line {line} is complete; nothing can be added to it",
            TomlArray { IsOfHeaders: false } when isComplete => $"array {name} at line {line} is complete; nothing can be added to it",
            TomlTable { Origin: TableOrigin.Header } => $"table {name} is already defined at line {line}",
            TomlTable { Origin: TableOrigin.DottedKey } => $"table {name} is already defined by a dotted key at line {line}",
            TomlScalar<string> or TomlScalar<long> or TomlScalar<double> or TomlScalar<bool> when !isComplete => $"key {name} is already defined at line {line}",
            _ => $"key {name} is already defined at line {line} as {KindOf(existing)}",
        }));
        return null;
    }

    private static string NameOf(List<KeyPart> parts, int count) =>
        count == 1 ? $"\"{parts[0].Name}\"" : string.Join('.', parts.Take(count).Select(part => IsBare(part.Name) ? part.Name : $"\"{part.Name}\""));

    private static bool IsBare(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string KindOf(TomlValue value) => value switch
    {
        TomlScalar<string> => "a string",
        TomlScalar<long> => "an integer",
        TomlScalar<double> => "a float",
        TomlScalar<bool> => "a boolean",
        TomlScalar<TomlDateTime> { Value.Kind: TomlDateTimeKind.LocalDate } => "a date",
        TomlScalar<TomlDateTime> { Value.Kind: TomlDateTimeKind.LocalTime } => "a time",
        TomlScalar<TomlDateTime> => "a date-time",
        TomlArray { IsOfHeaders: true } => "an array of tables",
        TomlArray => "an array",
        TomlTable { Origin: TableOrigin.Inline } => "an inline table",
        _ => "a table",
    };
}
