using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Resting;

namespace SmartSink.Tests.Resting;

public sealed class UnwrittenMappingsTests
{
    [Theory]
    [InlineData("r--s", "/opt/smartsink/System.Linq.dll", "0", true)]
    [InlineData("r-xp", "/opt/smartsink/smartsink.r2r.dll", "0", true)]
    [InlineData("r-xp", "/opt/smartsink/libcoreclr.so", "0", true)]
    [InlineData("r--p", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "0", true)]
    [InlineData("r--p", "/a folder/libcrypto.so.3", "0", true)]
    [InlineData("r--p", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "4", false)]
    [InlineData("r-xp", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "100", false)]
    [InlineData("rw-p", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "0", false)]
    [InlineData("rw-s", "/opt/smartsink/System.Linq.dll", "0", false)]
    [InlineData("r-xp", "/opt/smartsink/System.Linq.dll", "0", false)]
    [InlineData("r--p", "/opt/smartsink/System.Linq.dll", "0", false)]
    [InlineData("r-xs", "/memfd:doublemapper (deleted)", "0", false)]
    [InlineData("r--s", "/memfd:doublemapper (deleted)", "0", false)]
    [InlineData("r-xp", "/opt/libold.so (deleted)", "0", false)]
    [InlineData("r-xp", "[vdso]", "0", false)]
    [InlineData("r--p", "", "0", false)]
    public void Only_what_is_a_files_alone_may_be_dropped(string permissions, string path, string written, bool expected)
    {
        var lines = string.Join('\n', [
            $"7fb957fb0000-7fb958df6000 {permissions} 00001000 fe:00 4711                       {path}",
            "Size:              14616 kB",
            "Rss:               10776 kB",
            $"Anonymous:        {written,8} kB",
            "AnonHugePages:         0 kB",
            "VmFlags: rd ex mr mw me",
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
            "Anonymous:             0 kB",
            string.Empty,
        ]);

        (nuint, nuint)[] found = expected ? [(Address("7fb957fb0000"), Address("7fb958df6000"))] : [];
        UnwrittenMappings.In(new MemoryStream(Encoding.UTF8.GetBytes(lines))).ShouldBe(found);
        UnwrittenMappings.In(new ByteByByte(Encoding.UTF8.GetBytes(lines))).ShouldBe(found);
    }

    [Fact]
    public void The_process_goes_on_without_what_it_gave_back()
    {
        var text = new byte[100_000];
        var digest = SHA256.HashData(text);

        IdleMemory.GiveBack();

        SHA256.HashData(text).ShouldBe(digest);
        Mappings().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Looking_for_them_leaves_no_garbage_to_speak_of()
    {
        Mappings();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Mappings();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(32 * 1024);
    }

    private static int Mappings()
    {
        using var smaps = File.OpenRead("/proc/self/smaps");
        return UnwrittenMappings.In(smaps).Count();
    }

    private static nuint Address(string text) => nuint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed class ByteByByte(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..1]);
    }
}
