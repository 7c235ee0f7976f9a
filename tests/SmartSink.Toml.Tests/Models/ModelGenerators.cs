using System.Text;

using FsCheck;
using FsCheck.Fluent;

namespace SmartSink.Toml.Tests.Models;

/// <summary>Makes any table that a document can mean.</summary>
internal static class ModelGenerators
{
    private static readonly Gen<Rune> Runes = Gen.OneOf(
        Gen.Choose('a', 'z'),
        Gen.Choose(0, 0x7F),
        Gen.Elements('"', '\'', '\\', '\n', '\r', '\t', '#', '.', '=', '[', ']', ' ', 0x7F, 0x80, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x1F600, 0x10FFFF)).Select(value => new Rune(value));

    private static readonly Gen<string> Strings = Runes.ArrayOf().Select(runes => string.Concat(runes));

    private static readonly Gen<string> Keys = Gen.Frequency(
        (4, Gen.Elements("a", "b", "c", "domain", "bounce", "example.com", "1", "-")),
        (1, Strings));

    private static readonly Gen<long> Ticks = ArbMap.Default.GeneratorFor<int>().Two().Select(pair => ((long)(uint)pair.Item1 << 31) | (uint)pair.Item2);

    private static readonly Gen<TimeOnly> Times = Ticks.Select(ticks => new TimeOnly(ticks % TimeSpan.TicksPerDay));

    private static readonly Gen<TomlDate> Dates =
        Gen.Choose(0, 9999).Zip(Gen.Choose(1, 12)).Zip(Gen.Choose(1, 28)).Select(parts => new TomlDate(parts.Item1.Item1, parts.Item1.Item2, parts.Item2));

    private static readonly Gen<object> Scalars = Gen.OneOf(
        Strings.Select(value => (object)value),
        Ticks.Select(value => (object)value),
        Gen.Elements<object>(0L, -1L, long.MinValue, long.MaxValue, 0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue),
        ArbMap.Default.GeneratorFor<double>().Select(value => (object)value),
        ArbMap.Default.GeneratorFor<bool>().Select(value => (object)value),
        Times.Select(value => (object)value),
        Dates.Select(value => (object)value),
        Dates.Zip(Times).Select(pair => (object)(pair.Item1, pair.Item2)),
        Dates.Zip(Times).Zip(Gen.Choose(-1439, 1439)).Select(pair => (object)(pair.Item1.Item1, pair.Item1.Item2, TimeSpan.FromMinutes(pair.Item2))));

    /// <summary>Tables of every shape and depth that the size allows.</summary>
    public static Gen<ModelTable> Tables { get; } = Gen.Sized(Table);

    private static Gen<ModelTable> Table(int size)
        => Keys.Zip(Value(size / 2).Resize(Math.Min(size, 12))).ArrayOf(Math.Min(size, 6)).Select(entries =>
        {
            var table = new ModelTable();
            table.Entries.AddRange(entries.DistinctBy(entry => entry.Item1).Select(entry => new KeyValuePair<string, object>(entry.Item1, entry.Item2)));
            return table;
        });

    private static Gen<object> Value(int size) => size <= 0
        ? Scalars
        : Gen.Frequency(
            (3, Scalars),
            (1, Value(size / 2).ArrayOf(Math.Min(size, 4)).Select(values => (object)values)),
            (2, Gen.Choose(0, 3).SelectMany(count => Table(size / 2).ArrayOf(count)).Select(tables => (object)tables.ToArray<object>())),
            (3, Table(size / 2).Select(table => (object)table)));
}
