using SmartSink.Shared;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.Tests.Shared;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_FIFO_is_refused_at_once_by_whatever_name()
    {
        var fifo = await FifoAsync("fifo");
        var link = File.CreateSymbolicLink(_folder.Combine("link"), fifo).FullName;
        WhyNot(fifo).ShouldBe("it is a FIFO, not a regular file");
        WhyNot(link).ShouldBe("it is a FIFO, not a regular file");
    }

    [Theory]
    [InlineData("/dev/zero", "it is a device, not a regular file")]
    [InlineData("/dev/urandom", "it is a device, not a regular file")]
    [InlineData("/", "it is a folder")]
    [InlineData("/nowhere", "there is no such file")]
    [InlineData("/dev/null/file", "there is no such file")]
    public void What_is_no_regular_file_is_told_for_what_it_is(string path, string problem) => WhyNot(path).ShouldBe(problem);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9_999)]
    [InlineData(10_000)]
    public void A_file_within_the_limit_is_read_whole(int length)
    {
        var text = new string('x', length);
        RegularFile.ReadAllText(_folder.Write("file", text), limit: 10_000).ShouldBe(text);
    }

    [Fact]
    public void A_file_beyond_the_limit_is_refused() =>
        WhyNot(_folder.Write("file", new string('x', 10_001)), limit: 10_000).ShouldBe("it is larger than 0.01 MB, which is the limit");

    [Fact]
    public void A_file_without_a_length_of_its_own_is_read_whole_or_refused()
    {
        RegularFile.ReadAllText("/proc/self/maps", RegularFile.Megabyte).Split('\n').Length.ShouldBeGreaterThan(10);
        WhyNot("/proc/self/maps", limit: 100).ShouldBe("it is larger than 0 MB, which is the limit");
    }

    [Fact]
    public void A_byte_order_mark_is_no_text_and_what_is_not_UTF_8_is_refused()
    {
        File.WriteAllBytes(_folder.Combine("file"), [0xEF, 0xBB, 0xBF, (byte)'a']);
        RegularFile.ReadAllText(_folder.Combine("file"), limit: 10).ShouldBe("a");
        File.WriteAllBytes(_folder.Combine("file"), [(byte)'a', 0xFF]);
        Should.Throw<FileException>(() => RegularFile.ReadAllText(_folder.Combine("file"), limit: 10)).Message.ShouldBe("it is not UTF-8 text");
    }

    [Fact]
    public async Task A_refusal_names_the_mode_and_whose_process_it_is()
    {
        var file = _folder.Write("file", string.Empty);
        (await Tool.RunAsync("chmod", ["600", file])).ExitCode.ShouldBe(0);
        RegularFile.WhyDenied(file).ShouldMatch("^permission denied: its mode is 0600, its owner uid [0-9]+; this process has uid [0-9]+$");
        RegularFile.WhyDenied(_folder.Combine("none")).ShouldMatch("^permission denied: this process, with uid [0-9]+, may not enter a folder above it$");
    }

    private static string WhyNot(string path, long limit = RegularFile.Megabyte) =>
        Should.Throw<FileException>(() => RegularFile.ReadAllBytes(path, limit)).Message;

    private async Task<string> FifoAsync(string name)
    {
        var path = _folder.Combine(name);
        (await Tool.RunAsync("mkfifo", [path])).ExitCode.ShouldBe(0);
        return path;
    }
}
