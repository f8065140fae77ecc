/* Programs that stand in for others under Wine; what one does depends on the name it is given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <tlhelp32.h>

/* The command line after the first `count` words of it. */
static char *rest_of_line(int count) {
    char *at = GetCommandLineA();
    for (int i = 0; i < count; i++) {
        int quoted = 0;
        for (; *at && (quoted || *at != ' '); at++) if (*at == '"') quoted = !quoted;
        while (*at == ' ') at++;
    }
    return at;
}

/* exit.exe MARK PROGRAM...: runs the program, and writes its exit code down. */
static int run_and_tell(const char *mark) {
    STARTUPINFOA startup = {sizeof startup};
    PROCESS_INFORMATION process;
    DWORD code = 255;
    if (CreateProcessA(NULL, rest_of_line(2), NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) {
        WaitForSingleObject(process.hProcess, INFINITE);
        GetExitCodeProcess(process.hProcess, &code);
    }
    FILE *file = fopen(mark, "wb");
    if (file) {
        fprintf(file, "%ld\r\n", (long)code);
        fclose(file);
    }
    return code;
}

static void began(DWORD id, char *text) {
    FILETIME creation = {0}, other;
    SYSTEMTIME time = {0};
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, id);
    if (process) {
        GetProcessTimes(process, &creation, &other, &other, &other);
        CloseHandle(process);
    }
    FileTimeToSystemTime(&creation, &time);
    sprintf(text, "%04d%02d%02d%02d%02d%02d.000000+000", time.wYear, time.wMonth, time.wDay, time.wHour, time.wMinute,
            time.wSecond);
}

/* processes.exe FILE lists processes; processes.exe ID ends one. */
static int processes(const char *what) {
    if (atoi(what) > 0) {
        HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, atoi(what));
        return process && TerminateProcess(process, 1) ? 0 : 1;
    }
    FILE *file = fopen(what, "wb");
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry = {.dwSize = sizeof entry};
    char time[40];
    for (BOOL more = Process32First(all, &entry); file && more; more = Process32Next(all, &entry)) {
        began(entry.th32ProcessID, time);
        fprintf(file, "%lu\t%lu\t%s\t%s\r\n", entry.th32ProcessID, entry.th32ParentProcessID, entry.szExeFile, time);
    }
    if (file) fclose(file);
    return 0;
}

int main(int count, char **arguments) {
    const char *name = strrchr(arguments[0], '\\');
    name = name ? name + 1 : arguments[0];
    if (_strnicmp(name, "sleep", 5) == 0) { Sleep(atoi(arguments[1])); return 0; }
    if (_strnicmp(name, "exit", 4) == 0) return run_and_tell(arguments[1]);
    if (_strnicmp(name, "processes", 9) == 0) return processes(arguments[1]);
    for (int i = 1; i < count; i++) printf("[%s]", arguments[i]);
    printf("\n");
    fflush(stdout);
    /* More than a pipe holds, on standard error. */
    for (int i = 0; i < 4000; i++) fprintf(stderr, "to standard error, line %d\n", i);
    if (_strnicmp(name, "klist", 5) == 0) Sleep(INFINITE);
    if (_strnicmp(name, "nltest", 6) == 0) { return 5; }
    return _strnicmp(name, "setspn", 6) == 0 ? 1 : 0;
}
