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

    private static readonly Gen<DateTime> Times =
        Ticks.Select(ticks => new DateTime(TimeSpan.TicksPerDay + (Math.Abs(ticks) % (DateTime.MaxValue.Ticks - (2 * TimeSpan.TicksPerDay))), DateTimeKind.Unspecified));

    private static readonly Gen<object> Scalars = Gen.OneOf(
        Strings.Select(value => (object)value),
        Ticks.Select(value => (object)value),
        Gen.Elements<object>(0L, -1L, long.MinValue, long.MaxValue, 0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue),
        ArbMap.Default.GeneratorFor<double>().Select(value => (object)value),
        ArbMap.Default.GeneratorFor<bool>().Select(value => (object)value),
        Times.Select(value => (object)value),
        Times.Select(value => (object)DateOnly.FromDateTime(value)),
        Times.Select(value => (object)TimeOnly.FromDateTime(value)),
        Times.Zip(Gen.Choose(-14 * 60, 14 * 60)).Select(pair => (object)new DateTimeOffset(pair.Item1, TimeSpan.FromMinutes(pair.Item2))));

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
