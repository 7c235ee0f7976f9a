namespace SmartSink.Toml.Reading;

/// <summary>Finds or makes the table that a header or a key means, by TOML's rules about what may be defined where and only once.</summary>
internal static class TableResolver
{
    /// <summary>The table that takes the last part of <see cref="Scanner.Key"/> as a new key.</summary>
    /// <returns>Null, with the mistake noted, if the key is taken or leads through something complete.</returns>
    public static TomlTable? ForKey(ref Scanner scanner, TomlTable table)
    {
        var key = scanner.Key;
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
                return Taken(ref scanner, i, existing);
            }
        }

        return table.TryGetValue(key[^1].Name, out var taken) ? Taken(ref scanner, key.Count - 1, taken) : table;
    }

    /// <summary>The table that the header <c>[key]</c> opens.</summary>
    /// <returns>Null, with the mistake noted, if it may not.</returns>
    public static TomlTable? ForHeader(ref Scanner scanner, TomlTable root, TomlPosition position)
    {
        var last = scanner.Key[^1];
        if (Above(ref scanner, root, position) is not { } above)
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
            return Taken(ref scanner, scanner.Key.Count - 1, existing);
        }

        implicitTable.Define(TableOrigin.Header, position);
        return implicitTable;
    }

    /// <summary>The new table that the header <c>[[key]]</c> opens.</summary>
    /// <returns>Null, with the mistake noted, if it may not.</returns>
    public static TomlTable? ForArrayHeader(ref Scanner scanner, TomlTable root, TomlPosition position)
    {
        var last = scanner.Key[^1];
        if (Above(ref scanner, root, position) is not { } above)
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
            return Taken(ref scanner, scanner.Key.Count - 1, existing);
        }

        var table = new TomlTable(position, TableOrigin.Header);
        array.Add(table);
        return table;
    }

    /// <summary>The table above the one that a header names.</summary>
    private static TomlTable? Above(ref Scanner scanner, TomlTable table, TomlPosition position)
    {
        for (var i = 0; i < scanner.Key.Count - 1; i++)
        {
            var part = scanner.Key[i];
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
                table = (TomlTable)array[^1];
            }
            else
            {
                return Taken(ref scanner, i, existing);
            }
        }

        return table;
    }

    private static TomlTable? Taken(ref Scanner scanner, int part, TomlValue existing)
    {
        var name = Wording.Key(scanner.Key, part + 1);
        var line = existing.Position.Line;
        var isComplete = part < scanner.Key.Count - 1;
        scanner.Fail(scanner.Key[part].Position, existing switch
        {
            TomlTable { Origin: TableOrigin.Header } when isComplete => $"table {name} is defined at line {line}; dotted keys cannot add to it",
            TomlArray { IsOfHeaders: true } when isComplete => $"array of tables {name} is defined at line {line}; dotted keys cannot add to it",
            TomlTable { Origin: TableOrigin.Inline } when isComplete => $"inline table {name} at line {line} is complete; nothing can be added to it",
            TomlArray { IsOfHeaders: false } when isComplete => $"array {name} at line {line} is complete; nothing can be added to it",
            TomlTable { Origin: TableOrigin.Header } => $"table {name} is already defined at line {line}",
            TomlTable { Origin: TableOrigin.DottedKey } => $"table {name} is already defined by a dotted key at line {line}",
            TomlString or TomlInteger or TomlFloat or TomlBoolean when !isComplete => $"key {name} is already defined at line {line}",
            _ => $"key {name} is already defined at line {line} as {Wording.Kind(existing)}",
        });
        return null;
    }
}
